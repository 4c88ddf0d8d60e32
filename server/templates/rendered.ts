// What a template becomes once its values are in: plain data that the runtime turns into containers. No
// expression, no parameter and no YAML is left in it, so the runtime needs to know nothing of templates.

import type { SpaceApp } from '#protocol/api/spaces.ts'
import type { Reach } from './reach.ts'
import type { Shutdown } from './template.ts'

export interface RenderedVolume {
  /** The template's name for it; the engine's name is made from the space's id. */
  readonly name: string
  readonly target: string
  readonly readOnly: boolean
}

export interface RenderedPath {
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
}

/** A volume itself, whoever mounts it. */
export interface RenderedVolumeSpec {
  readonly name: string
  /** `uid`, `uid:gid` or names. */
  readonly owner?: string
  readonly sizeBytes?: number
}

export interface RenderedTmpfs {
  readonly target: string
  readonly sizeBytes?: number
}

export interface RenderedHealthcheck {
  /** As Docker takes it: `['NONE']`, `['CMD', …]` or `['CMD-SHELL', line]`. */
  readonly test: readonly string[]
  readonly intervalMs?: number
  readonly timeoutMs?: number
  readonly startPeriodMs?: number
  readonly retries?: number
}

export const dependencyConditions = [
  'service_started',
  'service_healthy',
  'service_completed_successfully',
] as const
export type DependencyCondition = (typeof dependencyConditions)[number]

export interface RenderedDependency {
  readonly service: string
  readonly condition: DependencyCondition
}

export interface RenderedContainer {
  readonly service: string
  readonly image: string
  readonly entrypoint?: readonly string[]
  readonly command?: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly workingDir?: string
  readonly user?: string
  readonly hostname?: string
  readonly volumes: readonly RenderedVolume[]
  /** Folders of the host, which the template's version was allowed. */
  readonly paths: readonly RenderedPath[]
  readonly reach: Reach
  readonly dropped: readonly string[]
  readonly tmpfs: readonly RenderedTmpfs[]
  readonly healthcheck?: RenderedHealthcheck
  readonly dependsOn: readonly RenderedDependency[]
  /** Cores; 1.5 is one and a half. */
  readonly cpus?: number
  readonly memoryBytes?: number
  readonly pids?: number
  readonly shmBytes?: number
  readonly init: boolean
  readonly readOnly: boolean
  readonly stopGraceMs?: number
  readonly stopSignal?: string
  readonly labels: Readonly<Record<string, string>>
  /** `name:address`, as Docker takes them. */
  readonly extraHosts: readonly string[]
}

/** A service that the agent runs and restarts inside the main container. */
export interface RenderedRun {
  readonly name: string
  readonly command: readonly string[]
  readonly cwd?: string
  readonly mayFinish?: boolean
  readonly env?: Readonly<Record<string, string>>
}

export interface RenderedSpace {
  /** The service whose container carries the agent. */
  readonly main: string
  /** In the order in which they start; the main container is last. */
  readonly containers: readonly RenderedContainer[]
  /** Every named volume that some container mounts. */
  readonly volumes: readonly RenderedVolumeSpec[]
  readonly apps: readonly SpaceApp[]
  readonly startup?: string
  readonly shutdown?: Shutdown
  readonly run: readonly RenderedRun[]
  readonly shell?: string
  readonly home?: string
  readonly env: Readonly<Record<string, string>>
  /** Values that no page and no log may show, as they were put in. */
  readonly secrets: readonly string[]
}
