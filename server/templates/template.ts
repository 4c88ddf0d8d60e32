// A template as it was read: checked, with its references still open. What is optional in the text and has a
// default is filled in here; what depends on values is filled in by render.ts.

import type { SpaceApp } from '#protocol/api/spaces.ts'
import type { Parameter } from '#protocol/api/templates.ts'
import type { Quantity } from './quantities.ts'
import type { Reach, ReachKind } from './reach.ts'
import type { RenderedDependency } from './rendered.ts'
import type { Schedule } from './schedule.ts'
import type { Text } from './text.ts'

export interface Amount {
  readonly kind: Quantity
  readonly text: Text
}

export interface ServiceVolume {
  readonly name: string
  readonly target: Text
  readonly readOnly: boolean
}

/** A folder of the host; only where the template's `policy` asks for it. */
export interface ServicePath {
  readonly source: string
  readonly target: Text
  readonly readOnly: boolean
}

export interface ServiceTmpfs {
  readonly target: Text
  readonly sizeBytes?: number
}

export interface ServiceHealthcheck {
  readonly disabled: boolean
  readonly test?: readonly Text[]
  readonly interval?: Amount
  readonly timeout?: Amount
  readonly startPeriod?: Amount
  readonly retries?: Amount
}

export interface Service {
  readonly name: string
  readonly image: Text
  readonly entrypoint?: readonly Text[]
  readonly command?: readonly Text[]
  readonly environment: Readonly<Record<string, Text>>
  readonly workingDir?: Text
  readonly user?: Text
  readonly hostname?: Text
  readonly volumes: readonly ServiceVolume[]
  readonly paths: readonly ServicePath[]
  readonly reach: Reach
  readonly dropped: readonly string[]
  readonly tmpfs: readonly ServiceTmpfs[]
  readonly healthcheck?: ServiceHealthcheck
  readonly dependsOn: readonly RenderedDependency[]
  readonly cpus?: Amount
  readonly memory?: Amount
  readonly pids?: Amount
  readonly shm?: Amount
  readonly init: boolean
  readonly readOnly: boolean
  readonly stopGrace?: Amount
  readonly stopSignal?: string
  readonly labels: Readonly<Record<string, Text>>
  readonly extraHosts: readonly { readonly name: string; readonly address: Text }[]
}

/** A program that the agent keeps running in the main container. */
export interface Run {
  readonly name: string
  readonly command: readonly Text[]
  readonly cwd?: Text
  /** Ends for good when it ends with status 0. */
  readonly mayFinish?: boolean
  readonly env?: Readonly<Record<string, Text>>
}

/** What the top-level list says of a volume. */
export interface Volume {
  readonly name: string
  /** `uid`, `uid:gid`, or names of the container that mounts it first. */
  readonly owner?: string
  readonly size?: Amount
}

/** A script that runs before the main container is ended, and how long it may take. */
export interface Shutdown {
  readonly script: string
  readonly timeoutMs: number
}

/** What a host must have to be given a space of this template. */
export interface Constraints {
  readonly zone?: string
  readonly labels: Readonly<Record<string, string>>
}

export interface ParsedTemplate {
  readonly name: string
  readonly icon?: string
  readonly description?: string
  readonly parameters: readonly Parameter[]
  readonly main: string
  readonly apps: readonly SpaceApp[]
  /** A shell script; it takes no values, since a value in a script would be run as code. */
  readonly startup?: string
  readonly shutdown?: Shutdown
  readonly run: readonly Run[]
  readonly schedule?: Schedule
  /** What `policy` asks to be allowed, and what the services reach in particular. */
  readonly asks: readonly ReachKind[]
  readonly reaches: readonly string[]
  /** Stored variables and secrets that some value names. */
  readonly stored: { readonly vars: readonly string[]; readonly secrets: readonly string[] }
  readonly shell?: Text
  readonly home?: Text
  readonly env: Readonly<Record<string, Text>>
  readonly placement?: Constraints
  /** In the order in which they start; main is last. */
  readonly services: readonly Service[]
  readonly volumes: readonly Volume[]
}
