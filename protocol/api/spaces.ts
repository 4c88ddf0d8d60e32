// Spaces as the HTTP API shows and takes them. Times are ISO 8601 in UTC.

import { z } from 'zod'
import { errorBodySchema } from './error-body.ts'
import { refSchema, timeSchema } from './parts.ts'
import { MAX_SHARED_PEOPLE, shareLevels, visibilities } from './sharing-names.ts'
import type { Shown } from './shown.ts'

/** What a space is doing. `failed` keeps its reason; `lost` means its container went away behind our back. */
export const spaceStates = [
  'stopped',
  'pulling',
  'starting',
  'running',
  'stopping',
  'deleting',
  'failed',
] as const
export type SpaceState = (typeof spaceStates)[number]

/** What whoever asks is to a space; `administrator` governs it and does not enter it. */
const standings = [...shareLevels, 'owner', 'administrator'] as const
export type SpaceStanding = (typeof standings)[number]

const agentSchema = z.object({
  state: z.enum(['linked', 'waiting']),
  since: timeSchema,
  /** Which address carries the link, and why the others failed. */
  route: z.string().optional(),
  failed: z.array(z.object({ address: z.string(), reason: z.string() })),
  roundTripMs: z.number().optional(),
  version: z.string().optional(),
})
export type SpaceAgent = Shown<typeof agentSchema>

/** Somebody, or a group, with whom a space is shared. */
const shareSchema = refSchema.extend({
  kind: z.enum(['user', 'group']),
  level: z.enum(shareLevels),
})
export type Share = Shown<typeof shareSchema>

/** Of one space: past it, make a group. */
export const MAX_SHARES = 100

export const shareSpaceSchema = z.strictObject({
  kind: z.enum(['user', 'group']),
  /** A user name, or a group's name. */
  name: z.string().min(1).max(64),
  /** Null takes the share away. */
  level: z.enum(shareLevels).nullable(),
})
export type ShareSpace = z.input<typeof shareSpaceSchema>

export const transferSpaceSchema = z.strictObject({
  /** A user name. */
  to: z.string().min(1).max(64),
})
export type TransferSpace = z.input<typeof transferSpaceSchema>

/** How a port is reached from outside; `url` is absent where no apps domain is set and nobody is on this machine. */
const accessSchema = z.object({
  visibility: z.enum(visibilities),
  people: z.array(refSchema),
  url: z.string().optional(),
})
export type PortAccess = Shown<typeof accessSchema>

export const sharePortSchema = z.strictObject({
  visibility: z.enum(visibilities),
  /** User names; for `people` only. */
  people: z.array(z.string().min(1).max(64)).max(MAX_SHARED_PEOPLE).default([]),
})
export type SharePort = z.input<typeof sharePortSchema>

export const appSchema = accessSchema
  .partial()
  .extend({
    name: z.string(),
    port: z.number(),
    icon: z.string().optional(),
    path: z.string().optional(),
    /** Whether it answers; absent until it was asked. */
    health: z.enum(['up', 'down']).optional(),
  })
  .meta({ id: 'App' })
export type SpaceApp = Shown<typeof appSchema>

const portSchema = accessSchema
  .partial()
  .extend({
    port: z.number(),
    /** Empty while nothing listens. */
    address: z.string(),
    /** False for a port that is shared while nothing listens on it; absent otherwise. */
    listening: z.boolean().optional(),
    process: z.string().optional(),
  })
  .meta({ id: 'Port' })
export type ListeningPort = Shown<typeof portSchema>

const serviceSchema = z.object({
  name: z.string(),
  state: z.enum(['running', 'backing-off', 'stopped']),
  restarts: z.number(),
  lastExit: z.string().optional(),
})
export type ServiceState = Shown<typeof serviceSchema>

const usageSchema = z.object({
  at: timeSchema,
  /** Of one core, so 250 means two and a half cores busy. */
  cpuPercent: z.number(),
  memoryBytes: z.number(),
  memoryLimitBytes: z.number().optional(),
})
export type Usage = Shown<typeof usageSchema>

/** `mon,tue 08:00`, in the zone's time. */
export const scheduleSchema = z
  .object({ zone: z.string(), start: z.array(z.string()), stop: z.array(z.string()) })
  .meta({ id: 'Schedule' })
export type SpaceSchedule = Shown<typeof scheduleSchema>

const spaceScheduleSchema = scheduleSchema
  .extend({
    /** Whether it holds for this space. */
    isOn: z.boolean(),
    /** Absent while it is off, and where it has nothing to do. */
    next: z.object({ do: z.enum(['start', 'stop']), at: timeSchema }).optional(),
  })
  .meta({ id: 'SpaceSchedule' })

/** What keeps a wish from being carried out now. It is kept, and carried out when what is waited for is there. */
const waitingSchema = z.object({
  /** A host that can take it; its host's engine; a peer that drives its host. */
  for: z.enum(['placement', 'engine', 'driver']),
  since: timeSchema,
  /** One sentence. */
  reason: z.string(),
  host: refSchema.optional(),
  /** Who must act: the peer that drives the host, or did last. */
  peer: refSchema.optional(),
  /** What is asked for and not done yet. */
  wish: z.enum(['start', 'stop', 'delete']).optional(),
})
export type Waiting = Shown<typeof waitingSchema>

export const parameterValueSchema = z
  .union([z.string().max(8192), z.number(), z.boolean(), z.array(z.string().max(8192)).max(100)])
  .meta({ id: 'ParameterValue' })

export type ParameterValue = Shown<typeof parameterValueSchema>

export const spaceSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    owner: refSchema,
    /** What whoever asks is to it. */
    standing: z.enum(standings).optional(),
    /** With whom it is shared; shown to who may share or manage it. */
    shares: z.array(shareSchema).optional(),
    template: refSchema.extend({
      icon: z.string().optional(),
      versionId: z.string(),
      version: z.number(),
      /** Set when a newer version exists; it applies at the next restart. */
      newer: z.object({ versionId: z.string(), version: z.number() }).optional(),
    }),
    parameters: z.record(z.string(), parameterValueSchema),
    state: z.enum(spaceStates),
    /** What it is doing and why, one sentence. */
    reason: z.string(),
    since: timeSchema,
    desired: z.enum(['running', 'stopped', 'deleted']),
    failure: errorBodySchema.extend({ log: z.array(z.string()).optional() }).optional(),
    host: refSchema.optional(),
    /** Set while nobody can carry out what is asked: wait, or have the cluster forget the space. */
    waiting: waitingSchema.optional(),
    /** The home folder, where the template names it. */
    home: z.string().optional(),
    /** When it starts and stops by itself. */
    schedule: spaceScheduleSchema.optional(),
    agent: agentSchema.optional(),
    apps: z.array(appSchema),
    ports: z.array(portSchema),
    services: z.array(serviceSchema),
    usage: usageSchema.optional(),
    createdAt: timeSchema,
    startedAt: timeSchema.optional(),
  })
  .meta({ id: 'Space' })
export type Space = Shown<typeof spaceSchema>

export const createSpaceSchema = z.strictObject({
  /** UUIDv7 made by the client, so that a retry is harmless. */
  id: z.uuid().optional(),
  name: z.string().min(1).max(64),
  templateId: z.uuid(),
  parameters: z.record(z.string().max(64), parameterValueSchema).default({}),
  /** The host, chosen by the person; else the one that fits best. */
  hostId: z.uuid().optional(),
})
export type CreateSpace = z.input<typeof createSpaceSchema>

export const updateSpaceSchema = z.strictObject({
  name: z.string().min(1).max(64).optional(),
  parameters: z.record(z.string().max(64), parameterValueSchema).optional(),
  /** Whether the template's schedule holds for it. */
  schedule: z.boolean().optional(),
})
export type UpdateSpace = z.input<typeof updateSpaceSchema>

/** Answer (202) to everything that needs the engine: follow the timeline for this intent. */
export const intentSchema = z
  .object({ intentId: z.string(), space: spaceSchema })
  .meta({ id: 'Intent' })
export type Intent = Shown<typeof intentSchema>
