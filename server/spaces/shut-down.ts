// How long containers may take to end, and what became of a shut-down script, read from the log that its container leaves
// behind. Pure.

import { SHUTDOWN_MARK } from '#protocol/report.ts'
import { quantities } from '../templates/quantities.ts'
import type { ParsedTemplate } from '../templates/template.ts'
import { literal } from '../templates/text.ts'
import { DEFAULT_STOP_GRACE_MS } from './runtime/container-spec.ts'

export interface ShutDown {
  readonly state: 'done' | 'failed'
  readonly log: readonly string[]
}

/** Without a last line of its own it was killed with the container, or never begun. */
export function readShutDown(lines: readonly string[]): ShutDown {
  const own = lines
    .filter((line) => line.startsWith(SHUTDOWN_MARK))
    .map((line) => line.slice(SHUTDOWN_MARK.length))
  const last = own.at(-1) ?? ''
  if (!last.startsWith('— ')) return { state: 'failed', log: [...own, '— it did not end'] }
  return { state: last === '— status 0' ? 'done' : 'failed', log: own }
}

/** Written-out graces by service; one that comes from a value falls back to Docker's ten seconds. */
export function gracesOf(template: ParsedTemplate | undefined): Record<string, number> {
  const entries = (template?.services ?? []).map(({ name, stopGrace }): [string, number] => {
    const written = literal(stopGrace?.text ?? []) ?? ''
    const ownMs = quantities.duration.read(written) ?? DEFAULT_STOP_GRACE_MS
    const script = name === template?.main ? template.shutdown : undefined
    return [name, ownMs + (script?.timeoutMs ?? 0)]
  })
  return Object.fromEntries(entries)
}
