// Spaces as the HTTP API shows and takes them. Times are ISO 8601 in UTC.

import { z } from 'zod'
import type { ErrorBody } from '../errors.ts'

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

/** As what somebody is let into another's space, the least first. */
export const shareLevels = ['viewer', 'user', 'manager'] as const
export type ShareLevel = (typeof shareLevels)[number]
/** What whoever asks is to a space; `administrator` governs it and does not enter it. */
export type SpaceStanding = ShareLevel | 'owner' | 'administrator'

export interface Ref {
  readonly id: string
  readonly name: string
}

export interface SpaceAgent {
  readonly state: 'linked' | 'waiting'
  readonly since: string
  /** Which address carries the link, and why the others failed. */
  readonly route?: string
  readonly failed: readonly { readonly address: string; readonly reason: string }[]
  readonly roundTripMs?: number
  readonly version?: string
}

/** Who may open a port in a browser. `people` are those named, besides the owner. */
export const visibilities = ['owner', 'people', 'signed-in', 'public'] as const
export type Visibility = (typeof visibilities)[number]

/** Somebody, or a group, with whom a space is shared. */
export interface Share extends Ref {
  readonly kind: 'user' | 'group'
  readonly level: ShareLevel
}

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
export interface PortAccess {
  readonly visibility: Visibility
  readonly people: readonly Ref[]
  readonly url?: string
}

/** Past it, share with everyone who is signed in. */
export const MAX_SHARED_PEOPLE = 50

export const sharePortSchema = z.strictObject({
  visibility: z.enum(visibilities),
  /** User names; for `people` only. */
  people: z.array(z.string().min(1).max(64)).max(MAX_SHARED_PEOPLE).default([]),
})
export type SharePort = z.input<typeof sharePortSchema>

export interface SpaceApp extends Partial<PortAccess> {
  readonly name: string
  readonly port: number
  readonly icon?: string
  readonly path?: string
  /** Whether it answers; absent until it was asked. */
  readonly health?: 'up' | 'down'
}

export interface ListeningPort extends Partial<PortAccess> {
  readonly port: number
  /** Empty while nothing listens. */
  readonly address: string
  /** False for a port that is shared while nothing listens on it; absent otherwise. */
  readonly listening?: boolean
  readonly process?: string
}

export interface ServiceState {
  readonly name: string
  readonly state: 'running' | 'backing-off' | 'stopped'
  readonly restarts: number
  readonly lastExit?: string
}

export interface Usage {
  readonly at: string
  /** Of one core, so 250 means two and a half cores busy. */
  readonly cpuPercent: number
  readonly memoryBytes: number
  readonly memoryLimitBytes?: number
}

export interface SpaceSchedule {
  readonly zone: string
  readonly start: readonly string[]
  readonly stop: readonly string[]
}

/** What keeps a wish from being carried out now. It is kept, and carried out when what is waited for is there. */
export interface Waiting {
  /** A host that can take it; its host's engine; a peer that drives its host. */
  readonly for: 'placement' | 'engine' | 'driver'
  readonly since: string
  /** One sentence. */
  readonly reason: string
  readonly host?: Ref
  /** Who must act: the peer that drives the host, or did last. */
  readonly peer?: Ref
  /** What is asked for and not done yet. */
  readonly wish?: 'start' | 'stop' | 'delete'
}

export interface Space {
  readonly id: string
  readonly name: string
  readonly owner: Ref
  /** What whoever asks is to it. */
  readonly standing?: SpaceStanding
  /** With whom it is shared; shown to who may share or manage it. */
  readonly shares?: readonly Share[]
  readonly template: Ref & {
    readonly icon?: string
    readonly versionId: string
    readonly version: number
    /** Set when a newer version exists; it applies at the next restart. */
    readonly newer?: { readonly versionId: string; readonly version: number }
  }
  readonly parameters: Readonly<Record<string, ParameterValue>>
  readonly state: SpaceState
  /** What it is doing and why, one sentence. */
  readonly reason: string
  readonly since: string
  readonly desired: 'running' | 'stopped' | 'deleted'
  readonly failure?: ErrorBody & { readonly log?: readonly string[] }
  readonly host?: Ref
  /** Set while nobody can carry out what is asked: wait, or have the cluster forget the space. */
  readonly waiting?: Waiting
  /** The home folder, where the template names it. */
  readonly home?: string
  /** When it starts and stops by itself: `mon,tue 08:00`, in the zone's time. */
  readonly schedule?: SpaceSchedule
  readonly agent?: SpaceAgent
  readonly apps: readonly SpaceApp[]
  readonly ports: readonly ListeningPort[]
  readonly services: readonly ServiceState[]
  readonly usage?: Usage
  readonly createdAt: string
  readonly startedAt?: string
}

export type ParameterValue = string | number | boolean | readonly string[]

export const parameterValueSchema = z.union([
  z.string().max(8192),
  z.number(),
  z.boolean(),
  z.array(z.string().max(8192)).max(100),
])

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
})
export type UpdateSpace = z.input<typeof updateSpaceSchema>

/** Answer (202) to everything that needs the engine: follow the timeline for this intent. */
export interface Intent {
  readonly intentId: string
  readonly space: Space
}

/** One step on a space's timeline, folded from its events. */
export interface TimelineStep {
  readonly id: string
  readonly intentId: string
  /** e.g. `pull`, `network`, `volume`, `container`, `start`, `agent`, `startup`, `stop`, `remove`, `adopt`, `exit`. */
  readonly step: string
  readonly text: string
  readonly state: 'running' | 'done' | 'failed' | 'note'
  readonly startedAt: string
  readonly durationMs?: number
  readonly progress?: {
    readonly done: number
    readonly total?: number
    readonly unit: 'bytes' | 'steps'
  }
  readonly log?: readonly string[]
  readonly error?: ErrorBody
  readonly actor?: Ref
}

export interface TerminalInfo {
  readonly name: string
  readonly title: string
  readonly cols: number
  readonly rows: number
  readonly viewers: number
  readonly startedAt: string
  readonly ended?: { readonly status?: number; readonly signal?: string }
}
