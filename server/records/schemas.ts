// The check of every group and every stream body, on the way in and when it comes back from disk. Schemas only check:
// no defaults, no coercion, so that what is stored is what was given and fields of newer versions survive inside.

import { z } from 'zod'
import { quotaSchema, roles } from '#protocol/api/people.ts'
import { visibilities } from '#protocol/api/sharing-names.ts'
import { parameterValueSchema, spaceStates } from '#protocol/api/spaces.ts'
import { type ErrorCode, errorTable } from '#protocol/errors.ts'
import { type Id, isId } from '#protocol/ids.ts'
import { actorSchema } from '#protocol/link.ts'
import type { Groups, Kind, StreamBodies, StreamName } from './kinds.ts'

const id = <K extends string>() =>
  z.custom<Id<K>>((value) => typeof value === 'string' && isId(value), 'not an id')
const text = (maxChars: number) => z.string().max(maxChars)
/** Milliseconds since 1970. */
const time = z.number().nonnegative()
const count = z.int().nonnegative()
const marks = z.record(text(128), z.object({ n: count, as: text(32).optional() }))
const about = z.object({ name: text(64), description: text(1000), createdAt: time })
const parameters = z.record(text(64), parameterValueSchema)
const errorBody = z.object({
  code: z.custom<ErrorCode>((value) => typeof value === 'string' && value in errorTable),
  message: text(10_000),
  hint: text(10_000),
  details: z.record(text(64), z.union([z.string(), z.number()])),
})
const logLines = z.array(text(10_000)).max(1000)

type GroupSchemas = {
  readonly [K in Kind]: {
    readonly [G in keyof Groups<K>]: z.ZodObject & z.ZodType<Groups<K>[G]>
  }
}

export const groupSchemas = {
  user: {
    profile: z.object({ username: text(64), displayName: text(100), createdAt: time }),
    secret: z.object({ passwordHash: text(512) }),
    access: z.object({ role: z.enum(roles), disabled: z.boolean(), epoch: count }),
    roles: z.object({ roles: marks }),
    quota: quotaSchema,
  },
  group: {
    profile: about,
    members: z.object({ people: marks }),
    managers: z.object({ people: marks }),
    roles: z.object({ roles: marks }),
    quota: quotaSchema,
  },
  role: { profile: about, permissions: z.object({ actions: marks }) },
  invitation: {
    body: z.object({
      purpose: z.enum(['invitation', 'reset']),
      hash: text(64),
      createdAt: time,
      expiresAt: time,
      createdBy: id<'user'>(),
      userId: id<'user'>().optional(),
      userEpoch: count.optional(),
      username: text(64).optional(),
      role: z.enum(roles),
      roles: z.array(id<'role'>()).max(50),
      groups: z.array(id<'group'>()).max(50),
    }),
  },
  credential: {
    body: z.object({
      userId: id<'user'>(),
      type: text(32),
      name: text(400),
      createdAt: time,
      secret: text(4096),
    }),
    confirmed: z.object({ at: time }),
    use: z.object({ step: count, by: text(64) }),
    recovery: z.object({ codes: marks }),
  },
  session: {
    start: z.object({
      userId: id<'user'>(),
      createdAt: time,
      expiresAt: time,
      address: text(256),
      client: text(1000),
    }),
  },
  sshKey: {
    body: z.object({
      userId: id<'user'>(),
      name: text(400),
      algorithm: text(64),
      blob: text(4096),
      fingerprint: text(64),
      createdAt: time,
    }),
    used: z.object({ at: time }),
  },
  token: {
    body: z.object({
      userId: id<'user'>(),
      userEpoch: count,
      name: text(400),
      hash: text(64),
      scopes: z.array(text(64)).max(64),
      createdAt: time,
      expiresAt: time.optional(),
    }),
    used: z.object({ at: time }),
  },
  template: {
    meta: z.object({
      name: text(200),
      icon: text(200).optional(),
      description: text(10_000).optional(),
      createdAt: time,
      createdBy: id<'user'>(),
    }),
    head: z.object({ versionId: id<'templateVersion'>(), number: count }),
  },
  templateVersion: {
    body: z.object({
      templateId: id<'template'>(),
      number: count,
      source: z.string(),
      note: text(10_000),
      authorId: id<'user'>(),
      createdAt: time,
    }),
    permission: z.object({
      reaches: z.array(text(1000)).max(1000),
      by: id<'user'>(),
      at: time,
    }),
  },
  space: {
    identity: z.object({ ownerId: id<'user'>(), createdAt: time }),
    name: z.object({ name: text(64) }),
    spec: z.object({
      templateId: id<'template'>(),
      versionId: id<'templateVersion'>(),
      parameters,
    }),
    desired: z.object({
      state: z.enum(['running', 'stopped', 'deleted']),
      generation: count,
      intentId: text(64),
      at: time,
      by: actorSchema,
      past: z.array(text(64)).max(64).optional(),
    }),
    schedule: z.object({ isOff: z.boolean(), at: time }),
    sharing: z.object({
      ports: z.record(
        text(5),
        z.object({ visibility: z.enum(visibilities), people: z.array(id<'user'>()).max(50) }),
      ),
    }),
    people: z.object({ users: marks, groups: marks }),
    placement: z.object({ hostId: id<'host'>(), subnet: text(64) }),
    runtime: z.object({
      state: z.enum(spaceStates),
      reason: text(10_000),
      since: time,
      generation: count,
      epoch: count,
      versionId: id<'templateVersion'>().optional(),
      parameters: parameters.optional(),
      containers: z.record(text(64), text(128)),
      startedAt: time.optional(),
      failure: errorBody.extend({ log: logLines.optional() }).optional(),
    }),
  },
  host: {
    info: z.object({
      name: text(256),
      engineId: text(256),
      architecture: text(64),
      engineVersion: text(64),
      cpus: z.number().nonnegative(),
      memoryBytes: z.number().nonnegative(),
    }),
    config: z.object({
      name: text(64).optional(),
      zone: text(64).optional(),
      labels: z.record(text(64), text(64)),
      maxSpaces: count.optional(),
      maxMemoryBytes: count.optional(),
    }),
    driver: z.object({ peerId: id<'peer'>(), name: text(256), at: time }),
  },
  variable: {
    body: z.object({ ownerId: id(), name: text(64), createdAt: time }),
    value: z.object({
      sealed: text(128 * 1024),
      isSecret: z.boolean(),
      at: time,
      by: id(),
      past: text(128 * 1024).optional(),
    }),
  },
  registry: {
    body: z.object({ host: text(256), createdAt: time }),
    login: z.object({ username: text(256), sealed: text(32 * 1024), at: time, by: id() }),
  },
  setting: {
    value: z.object({ key: text(200), value: z.unknown() }),
  },
} satisfies GroupSchemas

type BodySchemas = { readonly [S in StreamName]: z.ZodType<StreamBodies[S]> }

export const bodySchemas = {
  audit: z.object({
    actor: actorSchema,
    action: text(200),
    target: z.object({ kind: text(64), id: text(256), name: text(256) }).optional(),
    address: text(256).optional(),
    detail: z.record(text(200), z.unknown()).optional(),
    credential: z
      .object({ kind: z.enum(['session', 'token', 'sshKey']), id: text(256) })
      .optional(),
    before: z.record(text(200), z.unknown()).optional(),
    after: z.record(text(200), z.unknown()).optional(),
  }),
  usage: z.object({
    spaceId: id<'space'>(),
    cpuPercent: z.number().nonnegative(),
    memoryBytes: z.number().nonnegative(),
  }),
  timeline: z.object({
    stepId: text(64),
    intentId: text(64),
    step: text(64),
    text: text(10_000),
    state: z.enum(['running', 'done', 'failed', 'note']),
    durationMs: z.number().nonnegative().optional(),
    log: logLines.optional(),
    error: errorBody.optional(),
    actor: actorSchema.optional(),
  }),
} satisfies BodySchemas

export function isKind(kind: string): kind is Kind {
  return Object.hasOwn(groupSchemas, kind)
}

/** The schema of a group, or nothing when this version does not know it. */
export function groupSchema(kind: Kind, group: string): z.ZodObject | undefined {
  const groups: Readonly<Record<string, z.ZodObject>> = groupSchemas[kind]
  return Object.hasOwn(groups, group) ? groups[group] : undefined
}
