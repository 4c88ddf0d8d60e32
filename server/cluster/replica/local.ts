// What the machine reads of its own database, at any moment: only what is durable.

import type { Context } from './context.ts'
import type { Floor } from './delta.ts'
import type { Fingerprints } from './fingerprint.ts'

export interface Local {
  readonly origin: string
  /** Grows in the same step in which the rows come. */
  readonly heard: Context
  readonly floors: readonly Floor[]
  readonly prints: Fingerprints
}
