// The records that benches keep: a quarter each of spaces with their names, sessions, tokens and saved templates, as a
// cluster of many people has them, each as long as there.

import { newId, type UserId } from '../protocol/ids.ts'
import { systemClock, systemRandom } from '../server/clock.ts'
import { openRecords } from '../server/records/open.ts'
import type { Change, Records } from '../server/records/records.ts'
import { openSqliteStore } from '../server/store/sqlite/open.ts'

export const quiet = { info() {}, warn() {}, error() {} }

const OWNERS = 500
const owners = Array.from({ length: OWNERS }, () => newId<'user'>())
const templateId = newId<'template'>()
const SOURCE = `name: work\nmain: main\nservices:\n  main:\n    image: debian:12\n${'    # a line\n'.repeat(30)}`

type Creation = Extract<Change, { op: 'create' }>

/** The change that makes one record of a kind, in turn. */
export function creation(number: number): Creation {
  const userId = owners[number % OWNERS] ?? newId<'user'>()
  const make = makers[number % makers.length] ?? space
  return make(userId, number)
}

function space(ownerId: UserId, number: number): Creation {
  const by = { kind: 'user', id: ownerId, name: 'anna' } as const
  const groups = {
    identity: { ownerId, createdAt: number },
    name: { name: `work${number}` },
    spec: { templateId, versionId: newId<'templateVersion'>(), parameters: { cpus: 2 } },
    desired: { state: 'stopped', generation: 1, intentId: newId(), at: number, by },
  } as const
  return { op: 'create', kind: 'space', id: newId<'space'>(), groups }
}

function session(userId: UserId, number: number): Creation {
  const client = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36'
  const times = { createdAt: number, expiresAt: number + 1 }
  const start = { userId, ...times, address: '192.0.2.17', client }
  return { op: 'create', kind: 'session', id: newId<'session'>(), groups: { start } }
}

function token(userId: UserId, number: number): Creation {
  const name = `robot ${number}`
  const body = {
    userId,
    userEpoch: 1,
    name,
    hash: 'a'.repeat(64),
    scopes: ['all'],
    createdAt: number,
  }
  return { op: 'create', kind: 'token', id: newId<'token'>(), groups: { body } }
}

function version(authorId: UserId, number: number): Creation {
  const body = { templateId, number, source: SOURCE, note: 'tried', authorId, createdAt: number }
  return { op: 'create', kind: 'templateVersion', id: newId<'templateVersion'>(), groups: { body } }
}

const makers = [space, session, token, version]

/** With the space's name, so that names cost what they do. */
function withClaim(change: Creation): Change[] {
  if (change.kind !== 'space') return [change]
  const { identity, name } = change.groups
  const claim = `space:${identity?.ownerId}/${name?.name}` as const
  return [{ op: 'claim', claim, holder: change.id }, change]
}

/** Transactions that may wait for one commit. */
const IN_LINE = 1000
/** Records of one transaction: what a person does makes one to a handful. */
const EACH = 5

/** Writes records from one number to another, the latter not included. */
export async function fill(records: Records, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += EACH * IN_LINE) {
    const starts = Array.from({ length: IN_LINE }, (_, i) => at + i * EACH).filter(
      (one) => one < to,
    )
    await Promise.all(
      starts.map((start) => {
        const count = Math.min(EACH, to - start)
        const numbers = Array.from({ length: count }, (_, i) => start + i)
        const changes = numbers.flatMap((number) => withClaim(creation(number)))
        return records.transact(() => ({ changes, result: undefined }))
      }),
    )
  }
}

export async function fillFolder(folder: string, count: number): Promise<void> {
  const store = await openSqliteStore({ folder, log: quiet })
  const records = await openRecords({ store, clock: systemClock, random: systemRandom, log: quiet })
  await fill(records, 0, count)
  await records.close()
  await store.close()
}
