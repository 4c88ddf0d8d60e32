import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId, type SpaceId, type UserId } from '#protocol/ids.ts'
import { assertQuota, quotaOf } from './quotas.ts'

const owner = newId<'user'>()
type Seen = Parameters<typeof quotaOf>[0]

/** One person with these limits, in groups with those, who has so many spaces, running or not. */
function world(own: object, groups: readonly object[], running = 0, stopped = 0): Seen {
  const space = (state: string) => ({ id: newId<'space'>(), groups: { desired: { state } } })
  const spaces = [
    ...Array.from({ length: running }, () => space('running')),
    ...Array.from({ length: stopped }, () => space('stopped')),
  ]
  const members = { people: { [owner]: { n: 1 } } }
  const rows = {
    user: [{ id: owner, groups: { quota: own } }],
    group: groups.map((quota) => ({ id: newId(), groups: { members, quota } })),
    space: spaces,
  }
  return {
    get: (kind: keyof typeof rows, id: string) => rows[kind].find((row) => row.id === id),
    list: (kind: keyof typeof rows) => rows[kind],
  } as unknown as Seen
}

const templates = { parsed: () => undefined }
const ask =
  (seen: Seen, isNew: boolean, runs = true, of: UserId = owner) =>
  () =>
    assertQuota(seen, templates, of, { id: newId() as SpaceId, spec: undefined, isNew, runs })

test('a person’s own limit counts, then the highest of their groups, then none', () => {
  const seen = world({ spaces: 1 }, [{ spaces: 9, running: 2 }, { running: 4 }])
  assert.deepEqual(quotaOf(seen, owner), { spaces: 1, running: 4 })
  assert.doesNotThrow(ask(world({}, [], 99), true))
})

test('each quota is refused by its own code, with what is taken of it', () => {
  const limits = { spaces: 2, running: 2, cpus: 2, memoryBytes: 1024 ** 3 }
  for (const [name, code] of [
    ['spaces', 'quota_spaces'],
    ['running', 'quota_running'],
    ['cpus', 'quota_cpus'],
    ['memoryBytes', 'quota_memory'],
  ] as const) {
    const seen = world({ [name]: limits[name] }, [], 2)
    assert.throws(ask(seen, true), { code }, name)
    assert.doesNotThrow(ask(world({ [name]: limits[name] }, [], 1), true), name)
  }
})

test('what is there already can be stopped and started again within what runs', () => {
  const seen = world({ spaces: 1, running: 1 }, [], 0, 5)
  assert.doesNotThrow(ask(seen, false), 'a limit that was lowered takes nothing away')
  assert.throws(ask(world({ running: 1 }, [], 1, 5), false), { code: 'quota_running' })
})
