// The audit and whether it is what was written, as the HTTP API says it. Times are ISO 8601 in UTC.

import { z } from 'zod'
import { timeSchema } from './parts.ts'
import type { Shown } from './shown.ts'

const credentialSchema = z.object({
  kind: z.enum(['session', 'token', 'sshKey']),
  id: z.string(),
})
export type AuditCredential = Shown<typeof credentialSchema>

const named = z.object({ kind: z.string(), id: z.string(), name: z.string() })
const fields = z.record(z.string(), z.unknown())

export const auditEventSchema = z
  .object({
    id: z.string(),
    at: timeSchema,
    actor: named,
    action: z.string(),
    target: named.optional(),
    /** From where. */
    address: z.string().optional(),
    /** By what whoever acted was known. */
    credential: credentialSchema.optional(),
    detail: fields.optional(),
    /** Of what was changed, the fields as they were and as they are; `null` is what is not there. */
    before: fields.optional(),
    after: fields.optional(),
    /** Which database wrote it. */
    origin: z.string(),
  })
  .meta({ id: 'AuditEvent' })
export type AuditEvent = Shown<typeof auditEventSchema>

export const auditPageSchema = z.object({
  events: z.array(auditEventSchema),
  /** `before` of the next page; absent when this was the last. A page with few events may have more behind it. */
  next: z.string().optional(),
})
export type AuditPage = Shown<typeof auditPageSchema>

/** Characters of a filter. */
const MAX_FILTER_CHARS = 200
const part = z.string().min(1).max(MAX_FILTER_CHARS)
const moment = z.iso.datetime({ offset: true })

/** Which entries: all of these hold. Empty ones are left out of an address. */
export const auditFilterSchema = z.object({
  actor: part.optional().describe('A name, in any case, or an id.'),
  action: part
    .optional()
    .describe('A whole action (`space.start`), or the beginning of some (`space.`).'),
  target: part.optional().describe('The kind, the name or the id of what was acted on.'),
  from: moment.optional().describe('From this moment on.'),
  to: moment.optional().describe('Before this moment.'),
  peer: part.optional().describe('The origin of the database that wrote it.'),
  subject: z
    .uuid()
    .optional()
    .describe('The id of what was acted on, by which the database itself finds entries.'),
})
export type AuditFilter = z.output<typeof auditFilterSchema>

const PAGE = 100
const MAX_PAGE = 500

export const auditPagingSchema = auditFilterSchema.extend({
  before: z.string().max(200).optional().describe('`next` of the page before.'),
  limit: z.coerce.number<number>().int().min(1).max(MAX_PAGE).default(PAGE).describe('How many.'),
})

export const auditExportFormats = ['ndjson', 'csv'] as const
export type AuditExportFormat = (typeof auditExportFormats)[number]

export const auditExportSchema = auditFilterSchema.extend({
  format: z
    .enum(auditExportFormats)
    .default('ndjson')
    .describe('A JSON object a line, or a table.'),
})

const breakSchema = z.object({
  /** Of the first entry that does not fit. */
  id: z.string(),
  at: timeSchema,
  /**
   * `altered`: it was changed, put in or moved, or one before it taken out; `missing`: sealed entries after it are gone;
   * `forged`: a checkpoint that the cluster did not sign.
   */
  reason: z.enum(['altered', 'missing', 'forged']),
})

/** The audit of one database of the cluster; each has a chain of its own. */
const chainSchema = z.object({
  /** Which database wrote it; `isOwn`: the asked peer's. */
  origin: z.string(),
  isOwn: z.boolean(),
  entries: z.number(),
  /** Of them so many are under a signed checkpoint. */
  sealed: z.number(),
  checkpoints: z.number(),
  /** Of the oldest entry. */
  begins: timeSchema.optional(),
  /** Older entries were removed up to a checkpoint, as retention does. */
  isCut: z.boolean(),
  /** … although the oldest entry is younger than what retention keeps: it was longer, or somebody has helped. */
  isCutEarly: z.literal(true).optional(),
  /** Some of it is still on its way here from another peer, so that it cannot be verified yet. */
  isArriving: z.literal(true).optional(),
  broken: breakSchema.optional(),
})
export type AuditChain = Shown<typeof chainSchema>

export const auditReportSchema = z.object({
  isWhole: z.boolean(),
  at: timeSchema,
  /** The cluster's public key (Ed25519, hexadecimal) by which checkpoints are signed. */
  key: z.string(),
  chains: z.array(chainSchema),
})
export type AuditReport = Shown<typeof auditReportSchema>
