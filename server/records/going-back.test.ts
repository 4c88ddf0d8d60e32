// A shared database that goes back to an earlier state again and again, while its members write: what any of them was told
// to be kept is there in the end, on all of them and in the database.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SkeinError } from '#protocol/errors.ts'
import { Chance } from '../../tests/sim/chance.ts'
import { amount } from '../../tests/support/amount.ts'
import { assertSame, joinBy, leave, type Member, seen, write } from '../../tests/support/members.ts'
import { testId, userChange } from '../../tests/support/rows.ts'
import { type MemoryStore, openSharedMemoryStore } from '../store/memory.ts'
import type { MemoryDisk } from '../store/memory-disk.ts'

const SEEDS = Array.from({ length: amount({ usual: 4, whole: 12 }) }, (_, i) => i + 1)
const DEEDS = 120

type UserId = ReturnType<typeof testId<'user'>>

/** What was acknowledged. */
class Account {
  readonly users = new Map<UserId, string>()
  readonly deleted = new Set<UserId>()
  readonly actions = new Set<string>()
}

async function withLag(database: MemoryStore, chance: Chance): Promise<Member<MemoryStore>> {
  const store = database.share()
  store.lag = () => sleep(chance.between(0, 3))
  return joinBy(store)
}

/** Refusals by what others did are lawful; everything else is not. */
async function deed(account: Account, member: Member, chance: Chance, name: string): Promise<void> {
  const x = chance.next()
  const known = [...account.users.keys()]
  try {
    if (x < 0.4 || known.length === 0) {
      const user = userChange(testId<'user'>(), name)
      await write(member, user, { op: 'claim', claim: `user:${name}`, holder: user.id })
      account.users.set(user.id, name)
    } else if (x < 0.6) {
      const id = chance.pick(known)
      // What this member has not seen yet is not there to be deleted.
      if (!member.records.get('user', id)) return
      await write(member, { op: 'delete', kind: 'user', id })
      account.deleted.add(id)
      account.users.delete(id)
    } else {
      const body = { actor: { kind: 'system', id: 'x', name: 'x' }, action: `a.${name}` } as const
      await write(member, { op: 'append', stream: 'audit', subject: 'x', body })
      account.actions.add(body.action)
    }
  } catch (error) {
    assert.equal((error as SkeinError).code, 'not_found')
  }
}

for (const seed of SEEDS) {
  test(`whatever was acknowledged outlives a database that goes back (seed ${seed})`, async () => {
    const chance = new Chance(seed)
    const database = openSharedMemoryStore()
    const members: Member<MemoryStore>[] = []
    for (let i = 0; i < 3; i++) members.push(await withLag(database, chance.split()))
    const account = new Account()
    const snapshots: MemoryDisk[] = []
    const deeds: Promise<void>[] = []
    for (let i = 0; i < DEEDS; i++) {
      deeds.push(deed(account, chance.pick(members), chance, `n${i}`))
      if (chance.hits(0.15)) snapshots.push(database.snapshot())
      if (chance.hits(0.06)) database.goBack(snapshots.at(-1) ?? database.snapshot())
      await sleep(chance.between(0, 3))
    }
    await Promise.all(deeds)
    await seen(members)
    const late = await withLag(database, chance)
    assertSame([...members, late])
    for (const member of [...members, late]) await check(member, account)
    await Promise.all([...members, late].map(leave))
  })
}

async function check({ records }: Member, { users, deleted, actions }: Account): Promise<void> {
  for (const [id, name] of users) {
    assert(records.get('user', id), `the user ${name} is lost`)
    assert.equal(records.holder(`user:${name}`), id)
  }
  for (const id of deleted) assert.equal(records.get('user', id), undefined, `${id} came back`)
  const kept = await records.read('audit', { limit: 500 })
  const told = new Set(kept.map(({ body }) => body.action))
  for (const action of actions) assert(told.has(action), `the entry ${action} is lost`)
}
