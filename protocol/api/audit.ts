// The audit and whether it is what was written, as the HTTP API says it. Times are ISO 8601 in UTC.

import { z } from 'zod'

export interface AuditCredential {
  readonly kind: 'session' | 'token' | 'sshKey'
  readonly id: string
}

export interface AuditEvent {
  readonly id: string
  readonly at: string
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string }
  readonly action: string
  readonly target?: { readonly kind: string; readonly id: string; readonly name: string }
  /** From where. */
  readonly address?: string
  /** By what whoever acted was known. */
  readonly credential?: AuditCredential
  readonly detail?: Readonly<Record<string, unknown>>
  /** Of what was changed, the fields as they were and as they are; `null` is what is not there. */
  readonly before?: Readonly<Record<string, unknown>>
  readonly after?: Readonly<Record<string, unknown>>
  /** Which database wrote it. */
  readonly origin: string
}

export interface AuditPage {
  readonly events: readonly AuditEvent[]
  /** `before` of the next page; absent when this was the last. A page with few events may have more behind it. */
  readonly next?: string
}

/** Characters of a filter. */
const MAX_FILTER_CHARS = 200
const part = z.string().min(1).max(MAX_FILTER_CHARS)

/** Which entries: all of these hold. Empty ones are left out of an address. */
export const auditFilterSchema = z.object({
  /** A name, in any case, or an id. */
  actor: part.optional(),
  /** A whole action (`space.start`), or the beginning of some (`space.`). */
  action: part.optional(),
  /** The kind, the name or the id of what was acted on. */
  target: part.optional(),
  /** From this moment on, and before that one. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  /** The origin of the database that wrote it. */
  peer: part.optional(),
  /** The id of what was acted on, by which the database itself finds entries. */
  subject: z.uuid().optional(),
})
export type AuditFilter = z.output<typeof auditFilterSchema>

/** The audit of one database of the cluster; each has a chain of its own. */
export interface AuditChain {
  /** Which database wrote it; `isOwn`: the asked peer's. */
  readonly origin: string
  readonly isOwn: boolean
  readonly entries: number
  /** Of them so many are under a signed checkpoint. */
  readonly sealed: number
  readonly checkpoints: number
  /** Of the oldest entry. */
  readonly begins?: string
  /** Older entries were removed up to a checkpoint, as retention does. */
  readonly isCut: boolean
  /** … although the oldest entry is younger than what retention keeps: it was longer, or somebody has helped. */
  readonly isCutEarly?: true
  /** Some of it is still on its way here from another peer, so that it cannot be verified yet. */
  readonly isArriving?: true
  readonly broken?: AuditBreak
}

export interface AuditBreak {
  /** Of the first entry that does not fit. */
  readonly id: string
  readonly at: string
  /**
   * `altered`: it was changed, put in or moved, or one before it taken out; `missing`: sealed entries after it are gone;
   * `forged`: a checkpoint that the cluster did not sign.
   */
  readonly reason: 'altered' | 'missing' | 'forged'
}

export interface AuditReport {
  readonly isWhole: boolean
  readonly at: string
  /** The cluster's public key (Ed25519, hexadecimal) by which checkpoints are signed. */
  readonly key: string
  readonly chains: readonly AuditChain[]
}
