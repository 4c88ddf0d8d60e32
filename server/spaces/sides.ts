// Waiting for a side container that another one depends on.

import { SkeinError } from '#protocol/errors.ts'
import type { Clock } from '../clock.ts'
import type { DependencyCondition } from '../templates/rendered.ts'
import type { Owner } from './owner.ts'
import type { ContainerDetail, Engine } from './runtime/engine.ts'

/** A database's first start on a slow disk takes half a minute. */
const DEPENDENCY_DEADLINE_MS = 180_000
const POLL_MS = 250

export interface DependencyWait {
  readonly engine: Engine
  readonly clock: Clock
  readonly owner: Owner
  readonly id: string
  readonly service: string
  readonly condition: DependencyCondition
  readonly signal: AbortSignal
}

/** Rejects with `container_exited`, `container_removed` or `timeout`, or with the signal's reason. */
export async function waitForDependency(wait: DependencyWait): Promise<void> {
  const { engine, clock, owner, id, service, condition, signal } = wait
  const deadlineMs = clock.monotonicMs() + DEPENDENCY_DEADLINE_MS
  while (clock.monotonicMs() < deadlineMs) {
    const detail = await engine.inspectContainer(owner, id)
    if (detail === undefined) throw new SkeinError('container_removed', { service })
    if (isFulfilled(detail, condition, service)) return
    await clock.delay(POLL_MS, signal)
  }
  const seconds = DEPENDENCY_DEADLINE_MS / 1000
  throw new SkeinError('timeout', { thing: `The container ${service}`, seconds })
}

/** Pure. Throws `container_exited` when the condition can no longer come true. */
export function isFulfilled(
  detail: ContainerDetail,
  condition: DependencyCondition,
  service: string,
): boolean {
  const ended = detail.state === 'exited' || detail.state === 'dead'
  if (condition === 'service_completed_successfully') {
    if (ended && detail.exitCode !== 0) throw exited(service, detail)
    return ended
  }
  if (ended) throw exited(service, detail)
  if (condition === 'service_started') return true
  // Without a health check there is nothing to wait for.
  return detail.health === 'healthy' || detail.health === 'none'
}

const exited = (service: string, detail: ContainerDetail): SkeinError =>
  new SkeinError('container_exited', { service, status: detail.exitCode })
