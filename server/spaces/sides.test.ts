import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DependencyCondition } from '../templates/rendered.ts'
import type { ContainerDetail } from './runtime/engine.ts'
import { isFulfilled } from './sides.ts'

const detail = (more: Partial<ContainerDetail>): ContainerDetail => ({
  id: 'c',
  state: 'running',
  labels: {},
  createdAtMs: 0,
  exitCode: 0,
  outOfMemory: false,
  error: '',
  health: 'none',
  mounts: [],
  startedAt: '',
  endpoints: {},
  ...more,
})

describe('a side container that is depended on', () => {
  const cases: [string, DependencyCondition, Partial<ContainerDetail>, boolean | 'never'][] = [
    ['is waited for while it is starting', 'service_healthy', { health: 'starting' }, false],
    ['is waited for while it is unhealthy', 'service_healthy', { health: 'unhealthy' }, false],
    ['is there when it is healthy', 'service_healthy', { health: 'healthy' }, true],
    ['is there when nobody checks its health', 'service_healthy', {}, true],
    ['is there no more when it ended', 'service_healthy', { state: 'exited' }, 'never'],
    ['is waited for until it ends', 'service_completed_successfully', {}, false],
    ['has done its work', 'service_completed_successfully', { state: 'exited' }, true],
    [
      'has failed at its work',
      'service_completed_successfully',
      { state: 'exited', exitCode: 1 },
      'never',
    ],
  ]
  for (const [name, condition, more, expected] of cases) {
    it(name, () => {
      const look = () => isFulfilled(detail(more), condition, 'db')
      if (expected === 'never') assert.throws(look, { code: 'container_exited' })
      else assert.equal(look(), expected)
    })
  }
})
