// What a server has in the end: values as its API gives them, names' holders, stamps and everything else as its database
// has them. Both must be the same everywhere.

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../support/eventually.ts'
import type { FinalObject, FinalState } from '../history/operation.ts'
import { markOf } from './deeds.ts'
import type { Door } from './door.ts'
import type { Server } from './server.ts'

/** Looks for a moment in which nobody writes, and between two of them, ms. */
const MOST_TRIES = 10
const AGAIN_MS = 500

/** A busy machine answers late, or refuses what came too slowly. */
const ANSWER_MS = 30_000

/** Rows of all kinds with their births and stamps, names, and the audit. Tombstones end at each peer's own time. */
const LINES = `
  SELECT kind || '/' || id || ' ' || name AS key,
    body || ' ' || epoch || '/' || hlc || '/' || origin || '/' || seq || ' '
      || birth_origin || '/' || birth_seq || ' ' || ifnull(hex(unknown), '') AS line
  FROM record_group JOIN record USING (kind, id)
  UNION ALL
  SELECT 'claim ' || claim, holder || ' ' || birth_origin || '/' || birth_seq FROM claim
  UNION ALL
  SELECT stream || ' ' || origin || '/' || seq || '/' || place, subject || ' ' || body
  FROM entry WHERE stream = 'audit'
  ORDER BY 1`

/** Differs nearly always where the lines do, and costs little. */
const SUMS = `
  SELECT (SELECT count(*) || '/' || total(seq) || '/' || total(hlc % 1000003) FROM record_group) AS groups,
    (SELECT count(*) || '/' || total(birth_seq) FROM claim) AS claims,
    (SELECT count(*) || '/' || total(seq) FROM entry WHERE stream = 'audit') AS entries`

function query(server: Server, sql: string): readonly Record<string, unknown>[] {
  const file = new DatabaseSync(join(server.folder, 'state.db'), { readOnly: true })
  try {
    return file.prepare(sql).all()
  } finally {
    file.close()
  }
}

const linesOf = (server: Server): Map<string, string> =>
  new Map(query(server, LINES).map(({ key, line }) => [String(key), String(line)]))

/** In short what each has. */
export const sumsOf = (servers: readonly Server[]): string[] =>
  servers.map((server) => JSON.stringify(query(server, SUMS)))

export function areEqual(servers: readonly Server[]): boolean {
  return new Set(sumsOf(servers)).size === 1 && new Set(servers.map(digestOf)).size === 1
}

/**
 * What each has at one moment: servers go on to note what they see of one another, and what one wrote while they were being
 * read would be missing at those that were read before. So it is read again, a few times, when that happened.
 */
export async function finalsOf(doors: readonly Door[]): Promise<FinalState[]> {
  const servers = doors.map(({ server }) => server)
  for (let tries = 1; ; tries++) {
    const before = new Set(sumsOf(servers))
    const finals = await Promise.all(doors.map(finalOf))
    const all = new Set([...before, ...sumsOf(servers)])
    if (all.size === 1 || tries >= MOST_TRIES) return finals
    await sleep(AGAIN_MS)
  }
}

/** Equal for servers that have the same. */
function digestOf(server: Server): string {
  const hash = createHash('sha256')
  for (const [key, line] of linesOf(server)) hash.update(`${key}\n${line}\n`)
  return hash.digest('hex')
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
  const { server } = door
  return { peer: door.peer, objects, holders: holdersOf(server), rest: linesOf(server) }
}

interface UserSeen {
  readonly id: string
  readonly username: string
  readonly displayName: string
}

/** A space's name is its owner's; all of these have one. */
function holdersOf(server: Server): Map<string, string> {
  const claims = query(server, 'SELECT claim, holder FROM claim')
  return new Map(
    claims.map(({ claim, holder }) => {
      const [kind = '', name = ''] = String(claim).split(':')
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
