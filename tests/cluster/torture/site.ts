// The servers of one run, set up and signed in: as one cluster; or, to prove that what follows notices, as strangers.

import { eventually } from '../../support/eventually.ts'
import type { Operation } from '../history/operation.ts'
import { sourceOf } from './deeds.ts'
import { Door } from './door.ts'
import { Recorder } from './recorder.ts'
import type { Server } from './server.ts'

const USERNAME = 'ada'
const PASSWORD = 'correct horse battery'
/** Until the last server has heard of who signed in at the first, ms. */
const JOIN_MS = 30_000

export interface Site {
  /** One for each server, signed in. */
  readonly doors: readonly Door[]
  readonly templateId: string
  /** What the set-up made. */
  readonly made: readonly Operation[]
}

export async function openTogether(servers: readonly Server[]): Promise<Site> {
  const [first, ...others] = servers
  if (!first) throw new Error('no server')
  await first.start()
  const door = new Door(first)
  await setUp(door)
  const token = await ask<{ token: string }>(door, 'POST', '/peers/token')
  for (const server of others) await server.start(token.token)
  const doors = [door, ...others.map((server) => new Door(server, door.cookie))]
  const { templateId, made } = await makeFirst(door)
  for (const other of doors) {
    await eventually(
      async () => (await other.call('GET', `/templates/${templateId}`)).outcome === 'ok',
      {
        timeoutMs: JOIN_MS,
        what: `${other.peer} to have what ${door.peer} wrote`,
      },
    )
  }
  return { doors, templateId, made }
}

/** Each with an administrator of its own and nothing in common. */
export async function openApart(servers: readonly Server[]): Promise<Site> {
  const doors = servers.map((server) => new Door(server))
  for (const door of doors) {
    await door.server.start()
    await setUp(door)
  }
  const [door] = doors
  if (!door) throw new Error('no server')
  return { doors, ...(await makeFirst(door)) }
}

async function setUp(door: Door): Promise<void> {
  const token = await door.server.setupToken()
  await ask(door, 'POST', '/setup', { token, username: USERNAME, password: PASSWORD })
}

async function makeFirst(door: Door): Promise<Pick<Site, 'templateId' | 'made'>> {
  const recorder = new Recorder()
  const [name, head] = ['base', 'base']
  const answer = await door.call('POST', '/templates', { source: sourceOf(name, head) })
  const { id } = answer.body as { id: string }
  const made = { object: `template/${id}`, values: { head }, name: `template:${name}` }
  recorder.note('set-up', door, answer, { op: 'create', ...made })
  const { users } = await ask<{ users: { id: string; displayName: string }[] }>(
    door,
    'GET',
    '/users',
  )
  for (const user of users) {
    const values = { profile: user.displayName }
    const made = { object: `user/${user.id}`, values, name: `user:${USERNAME}` }
    recorder.note('set-up', door, answer, { op: 'create', ...made })
  }
  return { templateId: id, made: recorder.operations }
}

async function ask<T>(door: Door, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await door.call(method, path, body, { attempts: 1 })
  if (answer.outcome !== 'ok') {
    throw new Error(
      `${door.peer} answers ${method} ${path} with ${answer.status}: ${JSON.stringify(answer.body)}`,
    )
  }
  return answer.body as T
}
