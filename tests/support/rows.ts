// Rows for tests that need some row and not any particular one. Ids and times come from a counter, so that a test reads
// the same each time.

import { type Id, makeId } from '#protocol/ids.ts'
import type { Change } from '../../server/records/records.ts'

let made = 0

export function testId<K extends string>(): Id<K> {
  made++
  const bytes = new Uint8Array(10)
  new DataView(bytes.buffer).setUint32(6, made)
  return makeId<K>(Date.UTC(2026, 0, 1), bytes)
}

export const quietLog = { info() {}, warn() {}, error() {} }

export const system = { kind: 'system', id: 'system', name: 'system' } as const

export function userChange(id = testId<'user'>(), username = 'anna') {
  const profile = { username, displayName: '', createdAt: 1 }
  const access = { role: 'member', disabled: false, epoch: 0 } as const
  return { op: 'create', kind: 'user', id, groups: { profile, access } } as const satisfies Change
}

export function sessionChange(userId = testId<'user'>(), id = testId<'session'>()) {
  const start = { userId, createdAt: 1, expiresAt: 2, address: '::1', client: 'a test' }
  return { op: 'create', kind: 'session', id, groups: { start } } as const satisfies Change
}

export function spaceChange(ownerId = testId<'user'>(), id = testId<'space'>()) {
  const groups = {
    identity: { ownerId, createdAt: 1 },
    name: { name: 'work' },
    spec: {
      templateId: testId<'template'>(),
      versionId: testId<'templateVersion'>(),
      parameters: { cpus: 2 },
    },
    desired: { state: 'stopped', generation: 1, intentId: 'none', at: 1, by: system },
  } as const
  return { op: 'create', kind: 'space', id, groups } as const satisfies Change
}

export const placement = () => ({ hostId: testId<'host'>(), subnet: '10.213.0.0/28' })
