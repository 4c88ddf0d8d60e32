// Random transactions against a model that is nothing but maps, over a store that fails now and then: what is readable
// is always what the model says, and so is what another process would load.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { SkeinError } from '#protocol/errors.ts'
import { amount } from '../../tests/support/amount.ts'
import { TestClock } from '../../tests/support/clock.ts'
import { quietLog, testId } from '../../tests/support/rows.ts'
import { systemRandom } from '../clock.ts'
import { type MemoryStore, openMemoryStore } from '../store/memory.ts'
import { openRecords } from './open.ts'
import type { Change, ClaimKey, Records } from './records.ts'

const spaceIds = Array.from({ length: 4 }, () => testId<'space'>())
const ownerIds = Array.from({ length: 3 }, () => testId<'user'>())
const claims: readonly ClaimKey[] = ['user:a', 'user:b', 'template:a']

const spaceId = fc.constantFrom(...spaceIds)
const ownerId = fc.constantFrom(...ownerIds)
const identity = ownerId.map((owner) => ({ ownerId: owner, createdAt: 1 }))
const name = fc.constantFrom('x', 'y').map((text) => ({ name: text }))
const claimed = { claim: fc.constantFrom(...claims), holder: ownerId }

/** A change of a space; the types of fast-check cannot follow those of Change, so this is where they meet. */
const change = fc.oneof(
  one({ op: 'create', kind: 'space' }, { id: spaceId, groups: one({}, { identity, name }) }),
  one({ op: 'set', kind: 'space', group: 'identity' }, { id: spaceId, value: identity }),
  one({ op: 'set', kind: 'space', group: 'name' }, { id: spaceId, value: name }),
  one({ op: 'delete', kind: 'space' }, { id: spaceId }),
  one({ op: 'claim' }, claimed),
  one({ op: 'release' }, claimed),
) as unknown as fc.Arbitrary<Change & { readonly id: string }>

function one<C extends object, T>(constant: C, drawn: { [F in keyof T]: fc.Arbitrary<T[F]> }) {
  return fc
    .record<T>(drawn, { noNullPrototype: true })
    .map((fields) => ({ ...constant, ...fields }))
}

const step = fc.record({
  changes: fc.array(change, { maxLength: 5 }),
  fails: fc.boolean(),
  /** Whether the next step is begun in the same moment, and so is committed together with this one. */
  together: fc.boolean(),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

interface Space {
  readonly identity: { readonly ownerId: string }
  readonly name: { readonly name: string }
}

interface Model {
  readonly spaces: Map<string, Space>
  readonly spent: Set<string>
  readonly claims: Map<string, string>
}

/** What the model becomes; nothing when the transaction is to be refused. */
function applied(before: Model, changes: Step['changes']): Model | undefined {
  const model = structuredClone(before)
  if (!changes.every((made) => takes(model, made))) return undefined
  // What was made and deleted in one transaction was never there.
  for (const id of model.spent) {
    if (!before.spent.has(id) && !before.spaces.has(id)) model.spent.delete(id)
  }
  return model
}

function takes(model: Model, made: Step['changes'][number]): boolean {
  const there = model.spaces.get(made.id)
  switch (made.op) {
    case 'claim': {
      const held = model.claims.get(made.claim) ?? made.holder
      model.claims.set(made.claim, held)
      return held === made.holder
    }
    case 'release':
      if (model.claims.get(made.claim) === made.holder) model.claims.delete(made.claim)
      return true
    case 'create': {
      const groups = made.groups as unknown as Space
      if (there) return isDeepStrictEqual(there, groups)
      model.spaces.set(made.id, groups)
      return !model.spent.has(made.id)
    }
    case 'set':
      if (there) model.spaces.set(made.id, { ...there, [made.group]: made.value })
      return there !== undefined
    case 'delete':
      if (there) model.spent.add(made.id)
      model.spaces.delete(made.id)
      return true
    case 'append':
      return true
  }
}

function assertSame(records: Records, model: Model): void {
  const ids = records.list('space').map((row): string => row.id)
  assert.deepEqual(ids.toSorted(), [...model.spaces.keys()].toSorted())
  for (const id of spaceIds) {
    assert.deepEqual(records.get('space', id)?.groups, model.spaces.get(id))
  }
  for (const claim of claims) assert.equal(records.holder(claim), model.claims.get(claim))
  for (const owner of ownerIds) {
    const expected = [...model.spaces].filter(([, groups]) => groups.identity.ownerId === owner)
    const found = records.list('space', { ownerId: owner }).map((row): string => row.id)
    assert.deepEqual(found.toSorted(), expected.map(([id]) => id).toSorted())
  }
}

/** Steps that are begun in one moment are one commit, which fails whole. */
function groupsOf(steps: readonly Step[]): Step[][] {
  const groups: Step[][] = []
  for (const [i, made] of steps.entries()) {
    if (steps[i - 1]?.together) groups.at(-1)?.push(made)
    else groups.push([made])
  }
  return groups
}

/** Runs one group; answers what the model is afterwards. */
async function runGroup(records: Records, store: MemoryStore, before: Model, group: Step[]) {
  let model = before
  const expected = group.map(({ changes }) => {
    const next = applied(model, changes)
    model = next ?? model
    return next !== undefined
  })
  const { commits } = store
  const fails = group[0]?.fails ?? false
  store.failNext(fails ? 'store_failed' : undefined)
  const results = await Promise.allSettled(
    group.map(({ changes }) => records.transact(() => ({ changes, result: 0 }))),
  )
  const failed = fails && store.commits > commits
  for (const [i, result] of results.entries()) {
    const takenBack = failed && result.status === 'rejected' && isStoreError(result.reason)
    assert.equal(result.status === 'fulfilled' || takenBack, expected[i])
  }
  return failed ? before : model
}

function isStoreError(reason: unknown): boolean {
  return reason instanceof SkeinError && reason.code === 'store_failed'
}

test('any transactions, with commits that fail, leave what a plain model says, also after a restart', async () => {
  const run = async (steps: readonly Step[]) => {
    const store = openMemoryStore()
    const options = { clock: new TestClock(), random: systemRandom, log: quietLog }
    const records = await openRecords({ store, ...options })
    let model: Model = { spaces: new Map(), spent: new Set(), claims: new Map() }
    for (const group of groupsOf(steps)) {
      model = await runGroup(records, store, model, group)
      assertSame(records, model)
    }
    assertSame(await openRecords({ store: store.reopen(), ...options }), model)
  }
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 20 }), run), {
    numRuns: amount({ usual: 100, whole: 300 }),
  })
})
