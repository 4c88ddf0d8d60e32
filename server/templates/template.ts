// A template as it was read: checked, with its references still open. What is optional in the text and has a
// default is filled in here; what depends on values is filled in by render.ts.

import type { SpaceApp } from '#protocol/api/spaces.ts'
import type { Parameter } from '#protocol/api/templates.ts'
import type { Quantity } from './quantities.ts'
import type { RenderedDependency } from './rendered.ts'
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
  readonly labels: Readonly<Record<string, Text>>
  readonly extraHosts: readonly { readonly name: string; readonly address: Text }[]
}

/** A program that the agent keeps running in the main container. */
export interface Run {
  readonly name: string
  readonly command: readonly Text[]
  readonly cwd?: Text
  readonly env?: Readonly<Record<string, Text>>
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
  readonly run: readonly Run[]
  readonly shell?: Text
  readonly home?: Text
  readonly env: Readonly<Record<string, Text>>
  readonly placement?: Constraints
  /** In the order in which they start; main is last. */
  readonly services: readonly Service[]
  readonly volumes: readonly string[]
}
