// What a server has in the end: values as its API gives them, names' holders, stamps and everything else as its database
// has them. Both must be the same everywhere.

import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../support/eventually.ts'
import type { FinalObject, FinalState } from '../history/operation.ts'
import { markOf } from './deeds.ts'
import type { Door } from './door.ts'
import { readLines } from './lines.ts'
import type { Server } from './server.ts'

/** Looks for a moment in which nobody writes, and between two of them, ms. */
const MOST_TRIES = 10
const AGAIN_MS = 500

const SUM_CHARS = 12

/** A busy machine answers late, or refuses what came too slowly. */
const ANSWER_MS = 30_000

/** What each has, in short: equal for servers that have the same. */
export const sumsOf = (servers: readonly Server[]): Promise<string[]> =>
  Promise.all(servers.map(async (server) => sumOf((await readLines(server)).lines)))

export const areEqual = async (servers: readonly Server[]): Promise<boolean> =>
  new Set(await sumsOf(servers)).size === 1

function sumOf(lines: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256')
  for (const [key, line] of lines) hash.update(`${key}\n${line}\n`)
  return `${lines.size}/${hash.digest('hex').slice(0, SUM_CHARS)}`
}

/**
 * What each has at one moment: servers go on to note what they see of one another, and what one wrote while they were being
 * read would be missing at those that were read before. So it is read again, a few times, when that happened.
 */
export async function finalsOf(doors: readonly Door[]): Promise<FinalState[]> {
  const servers = doors.map(({ server }) => server)
  for (let tries = 1; ; tries++) {
    const before = await sumsOf(servers)
    const finals = await Promise.all(doors.map(finalOf))
    const all = new Set([...before, ...(await sumsOf(servers))])
    if (all.size === 1 || tries >= MOST_TRIES) return finals
    await sleep(AGAIN_MS)
  }
}

async function finalOf(door: Door): Promise<FinalState> {
  const objects = new Map<string, FinalObject>()
  for (const { id, name } of await list<{ id: string; name: string }>(door, 'templates')) {
    const { source } = await get<{ source: string }>(door, `/templates/${id}`)
    objects.set(`template/${id}`, { values: { head: markOf(source) }, name: `template:${name}` })
  }
  for (const { id, username, displayName } of await list<UserSeen>(door, 'users')) {
    const values = { profile: displayName }
    objects.set(`user/${id}`, { values, name: `user:${username}` })
  }
  for (const { id, name } of await list<{ id: string; name: string }>(door, 'spaces')) {
    objects.set(`space/${id}`, { values: {}, name: `space:${name}` })
  }
  const { tokens } = await get<{ tokens: { name: string }[] }>(door, '/me/tokens')
  for (const { name } of tokens) objects.set(`token/${name}`, { values: { body: name } })
  const { lines, holders } = await readLines(door.server)
  return { peer: door.peer, objects, holders: shortened(holders), rest: lines }
}

interface UserSeen {
  readonly id: string
  readonly username: string
  readonly displayName: string
}

/** A space's name is its owner's; all of these have one. */
function shortened(holders: ReadonlyMap<string, string>): Map<string, string> {
  return new Map(
    [...holders].map(([claim, holder]) => {
      const [kind = '', name = ''] = claim.split(':')
      return [`${kind}:${name.replace(/^.*\//, '')}`, `${kind}/${holder}`]
    }),
  )
}

async function list<T>(door: Door, things: string): Promise<readonly T[]> {
  return (await get<Record<string, T[]>>(door, `/${things}`))[things] ?? []
}

async function get<T>(door: Door, path: string): Promise<T> {
  const answer = async () => {
    const { outcome, status, body } = await door.call('GET', path)
    if (outcome !== 'ok') throw new Error(`${door.peer} answers GET ${path} with ${status}`)
    return { body: body as T }
  }
  const { body } = await eventually(answer, { timeoutMs: ANSWER_MS, what: `GET ${path}` })
  return body
}
