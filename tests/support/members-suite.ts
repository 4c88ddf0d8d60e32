// Several peers with one database: each decides upon what it has seen, and what holds is what was committed. Run over the
// store without a disk, and over real databases.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SkeinError } from '#protocol/errors.ts'
import type { Change } from '../../server/records/records.ts'
import { Chance } from '../sim/chance.ts'
import { amount } from './amount.ts'
import { eventually } from './eventually.ts'
import {
  assertSame,
  count,
  created,
  increment,
  joinBy,
  leave,
  type Member,
  seen,
  withMembersOf,
  write,
} from './members.ts'
import { testId, userChange } from './rows.ts'
import type { StoreUnderTest } from './stores.ts'

const soon = (what: string) => ({ timeoutMs: 30_000, what })
const SEEDS = Array.from({ length: amount({ usual: 2, whole: 4 }) }, (_, i) => i + 1)

type Join = () => Promise<Member>

export function membersSuite(kind: StoreUnderTest): void {
  async function withMembers(
    members: number,
    run: (members: readonly Member[], join: Join) => Promise<void>,
  ): Promise<void> {
    await using place = await kind.make()
    const join = async () => joinBy(await place.open())
    await withMembersOf(
      members,
      () => place.open(),
      (all) => run(all, join),
    )
  }

  test(`members that begin a new database together write under one origin (${kind.name})`, async () => {
    await withMembers(4, async (members) => {
      assert.equal(new Set(members.map(({ records }) => records.replica.origin)).size, 1)
    })
  })

  test(`a decision that another member overtook is made again, and its result is that of the one that was kept (${kind.name})`, async () => {
    await withMembers(3, async (members) => {
      const [first] = members
      assert(first)
      await write(first, created)
      await seen(members)
      const each = Array.from({ length: 40 }, (_, i) => members[i % 3] ?? first)
      const results = await Promise.all(each.map(increment))
      assert.deepEqual(
        results.toSorted((a, b) => a - b),
        each.map((_, i) => i + 1),
      )
      await seen(members)
      for (const { records } of members) assert.equal(count(records), 40)
      assertSame(members)
    })
  })

  test(`a name that two members claim at once is one member’s, and the other is refused (${kind.name})`, async () => {
    await withMembers(2, async (members) => {
      const outcomes = await Promise.allSettled(
        members.map((member) => {
          const user = userChange()
          return write(member, user, { op: 'claim', claim: 'user:anna', holder: user.id })
        }),
      )
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
      assert.deepEqual(
        refused.map(({ reason }) => reason.code),
        ['name_taken'],
      )
      await seen(members)
      assert.deepEqual(
        members.map(({ records }) => records.list('user').length),
        [1, 1],
      )
      assertSame(members)
    })
  })

  test(`a member sees within a second or two what another wrote, and who watches is told (${kind.name})`, async () => {
    await withMembers(2, async ([one, other]) => {
      assert(one && other)
      const user = userChange()
      const stop = new AbortController()
      const watch = other.records.watch('user', { signal: stop.signal })
      const told = (async () => {
        for await (const { id, origin } of watch) return { id, origin }
      })()
      await write(one, user)
      assert.deepEqual(await told, { id: user.id, origin: 'merge' })
      assert.deepEqual(other.records.get('user', user.id), one.records.get('user', user.id))
      await write(other, { op: 'delete', kind: 'user', id: user.id })
      const isGone = async () => one.records.get('user', user.id) === undefined
      await eventually(isGone, soon('the deletion to be seen'))
      stop.abort()
      assertSame([one, other])
    })
  })

  test(`the transactions of a member are its own to push, and nobody else’s (${kind.name})`, async () => {
    await withMembers(2, async ([one, other]) => {
      assert(one && other)
      const pushed: number[][] = []
      one.records.replica.follow(({ spans }) => pushed.push(spans.map(({ high }) => high)))
      await write(one, userChange())
      await write(other, userChange())
      await write(one, userChange())
      assert.deepEqual(pushed, [[1], [3]])
    })
  })

  for (const seed of SEEDS) {
    test(`members that write, delete, claim and append as chance will have it see the same (seed ${seed}, ${kind.name})`, async () => {
      await withMembers(3, async (members, join) => {
        const chance = new Chance(seed)
        const ids = Array.from({ length: 6 }, () => testId<'user'>())
        const refused: Promise<string | undefined>[] = []
        for (let i = 0; i < 150; i++) {
          const member = chance.pick([...members])
          refused.push(
            deed(chance, member, ids).then(
              () => undefined,
              (error: SkeinError) => error.code,
            ),
          )
          if (chance.hits(0.3)) await new Promise((resolve) => setImmediate(resolve))
          if (chance.hits(0.05)) await member.records.replica.refresh()
        }
        const allowed = [undefined, 'not_found', 'conflict', 'name_taken']
        for (const code of await Promise.all(refused)) assert(allowed.includes(code), code)
        await seen(members)
        const late = await join()
        assertSame([...members, late])
        for (const id of ids) {
          for (const { records } of members) {
            assert.deepEqual(records.get('user', id), late.records.get('user', id))
          }
        }
        await leave(late)
      })
    })
  }
}

/** One transaction over a few rows and names, which often is refused. */
function deed(
  chance: Chance,
  { records }: Member,
  ids: readonly ReturnType<typeof testId<'user'>>[],
) {
  const id = chance.pick([...ids])
  const name = chance.pick(['a', 'b'])
  const profile = { username: name, displayName: `${chance.whole(1, 1e6)}`, createdAt: 1 }
  const body = { actor: { kind: 'system', id: 'x', name: 'x' }, action: 'a.b' } as const
  const choices: Change[][] = [
    [{ op: 'create', kind: 'user', id, groups: { profile } }],
    [{ op: 'set', kind: 'user', id, group: 'profile', value: profile }],
    [{ op: 'delete', kind: 'user', id }],
    [{ op: 'claim', claim: `user:${name}`, holder: id }],
    [{ op: 'release', claim: `user:${name}`, holder: id }],
    [{ op: 'append', stream: 'audit', subject: 'x', body }],
  ]
  const changes = chance.pick(choices)
  return records.transact(() => ({ changes, result: undefined }))
}
