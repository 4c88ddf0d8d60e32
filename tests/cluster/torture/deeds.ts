// What clients do: every kind of record that can be written without an engine is made, changed, renamed, deleted and read,
// at any peer, with names that others want as well.

import { newId } from '../../../protocol/ids.ts'
import type { Chance } from '../../sim/chance.ts'
import type { Door } from './door.ts'
import type { Recorder } from './recorder.ts'

export interface Client {
  readonly name: string
  readonly chance: Chance
  readonly recorder: Recorder
  /** What spaces are made from. Nobody deletes it. */
  readonly templateId: string
}

type Deed = (client: Client, door: Door) => Promise<void>

/** Names that several want at once. */
const WANTED = 15
const MOST_TEMPLATES = 150
const MOST_SPACES = 40
const MOST_TOKENS = 20
const MOST_USERS = 30
const PASSWORD = 'correct horse battery'

export const sourceOf = (name: string, mark: string): string =>
  `name: ${name}\ndescription: ${mark}\nmain: main\nservices:\n  main:\n    image: skein/none:1\n`

export const markOf = (source: string): string => /^description: (.*)$/m.exec(source)?.[1] ?? source

/** The same name twice, or one that a refusal or a rename would never make. */
function nameFor({ chance, recorder }: Client): string {
  return chance.hits(0.5) ? `wanted${chance.whole(1, WANTED)}` : `own${recorder.mark()}`
}

async function createTemplate(client: Client, door: Door): Promise<void> {
  const { recorder } = client
  if (recorder.count('template') >= MOST_TEMPLATES) return deleteTemplate(client, door)
  const id = newId<'template'>()
  const name = nameFor(client)
  const mark = recorder.mark()
  const answer = await door.call('POST', '/templates', { id, source: sourceOf(name, mark) })
  const object = `template/${id}`
  const claimed = `template:${name}`
  const deed = { op: 'create', object, values: { head: mark }, name: claimed } as const
  recorder.note(client.name, door, answer, deed)
  if (answer.outcome !== 'refused') recorder.know('template', { id, name })
}

async function saveTemplate(client: Client, door: Door): Promise<void> {
  const { chance, recorder } = client
  const known = recorder.pick('template', chance)
  if (!known) return
  const name = chance.hits(0.2) ? nameFor(client) : known.name
  const mark = recorder.mark()
  const source = sourceOf(name, mark)
  const answer = await door.call('PUT', `/templates/${known.id}`, { source })
  const object = `template/${known.id}`
  recorder.note(client.name, door, answer, { op: 'set', object, group: 'head', value: mark })
  recorder.note(client.name, door, answer, { op: 'claim', object, name: `template:${name}` })
  if (answer.outcome === 'ok') {
    known.name = name
    noteTemplate(client, door, known.id, answer)
  }
}

async function deleteTemplate(client: Client, door: Door): Promise<void> {
  const { chance, recorder } = client
  const known = recorder.pick('template', chance)
  if (!known) return
  const answer = await door.call('DELETE', `/templates/${known.id}`)
  recorder.note(client.name, door, answer, { op: 'delete', object: `template/${known.id}` })
  // One whose end is unknown is read and written on, now and then: it must be there everywhere or nowhere.
  if (answer.outcome === 'ok') recorder.forget('template', known.id)
}

async function readTemplate(client: Client, door: Door): Promise<void> {
  const known = client.recorder.pick('template', client.chance)
  if (!known) return
  noteTemplate(client, door, known.id, await door.call('GET', `/templates/${known.id}`))
}

type Answer = Awaited<ReturnType<Door['call']>>

function noteTemplate({ recorder, name }: Client, door: Door, id: string, answer: Answer): void {
  const object = `template/${id}`
  if (answer.status === 404) {
    recorder.note(
      name,
      door,
      { ...answer, outcome: 'ok' },
      { op: 'read', object, values: undefined },
    )
  }
  if (answer.outcome !== 'ok') return
  const { source } = answer.body as { source: string }
  recorder.note(name, door, answer, { op: 'read', object, values: { head: markOf(source) } })
}

async function createToken(client: Client, door: Door): Promise<void> {
  const { recorder } = client
  if (recorder.count('token') >= MOST_TOKENS) return deleteToken(client, door)
  const name = recorder.mark()
  // Its secret is in the first answer only: sent again it would be another token.
  const answer = await door.call('POST', '/me/tokens', { name }, { attempts: 1 })
  const deed = { op: 'create', object: `token/${name}`, values: { body: name } } as const
  recorder.note(client.name, door, answer, deed)
  if (answer.outcome !== 'ok') return
  const { token } = answer.body as { token: { id: string } }
  recorder.know('token', { id: token.id, name })
}

async function deleteToken({ recorder, chance, name }: Client, door: Door): Promise<void> {
  const known = recorder.pick('token', chance)
  if (!known) return
  const answer = await door.call('DELETE', `/me/tokens/${known.id}`)
  recorder.note(name, door, answer, { op: 'delete', object: `token/${known.name}` })
  if (answer.outcome === 'ok') recorder.forget('token', known.id)
}

async function createUser(client: Client, door: Door): Promise<void> {
  const { recorder } = client
  if (recorder.count('user') >= MOST_USERS) return deleteUser(client, door)
  const id = newId<'user'>()
  const displayName = recorder.mark()
  const username = `u${displayName}`
  const user = { id, username, displayName, password: PASSWORD }
  const answer = await door.call('POST', '/users', user)
  const [values, name] = [{ profile: displayName }, `user:${username}`]
  recorder.note(client.name, door, answer, { op: 'create', object: `user/${id}`, values, name })
  if (answer.outcome !== 'refused') recorder.know('user', { id, name: username })
}

async function updateUser({ recorder, chance, name }: Client, door: Door): Promise<void> {
  const known = recorder.pick('user', chance)
  if (!known) return
  const value = recorder.mark()
  const answer = await door.call('PATCH', `/users/${known.id}`, { displayName: value })
  const object = `user/${known.id}`
  recorder.note(name, door, answer, { op: 'set', object, group: 'profile', value })
}

async function deleteUser({ recorder, chance, name }: Client, door: Door): Promise<void> {
  const known = recorder.pick('user', chance)
  if (!known) return
  const answer = await door.call('DELETE', `/users/${known.id}`)
  recorder.note(name, door, answer, { op: 'delete', object: `user/${known.id}` })
  if (answer.outcome === 'ok') recorder.forget('user', known.id)
}

async function readUser({ recorder, chance, name }: Client, door: Door): Promise<void> {
  const known = recorder.pick('user', chance)
  if (!known) return
  const answer = await door.call('GET', '/users')
  if (answer.outcome !== 'ok') return
  const { users } = answer.body as { users: { id: string; displayName: string }[] }
  const user = users.find(({ id }) => id === known.id)
  const values = user && { profile: user.displayName }
  recorder.note(name, door, answer, { op: 'read', object: `user/${known.id}`, values })
}

async function createSpace(client: Client, door: Door): Promise<void> {
  const { recorder, templateId } = client
  if (recorder.count('space') >= MOST_SPACES) return renameSpace(client, door)
  const id = newId<'space'>()
  const name = nameFor(client)
  const answer = await door.call('POST', '/spaces', { id, name, templateId })
  const claimed = { object: `space/${id}`, values: {}, name: `space:${name}` }
  recorder.note(client.name, door, answer, { op: 'create', ...claimed })
  if (answer.outcome !== 'refused') recorder.know('space', { id, name })
}

async function renameSpace(client: Client, door: Door): Promise<void> {
  const { recorder, chance } = client
  const known = recorder.pick('space', chance)
  if (!known) return
  const name = nameFor(client)
  const answer = await door.call('PATCH', `/spaces/${known.id}`, { name })
  const claim = { op: 'claim', object: `space/${known.id}`, name: `space:${name}` } as const
  recorder.note(client.name, door, answer, claim)
}

/** How often each is done, of a hundred. */
const deeds: readonly (readonly [number, Deed])[] = [
  [38, saveTemplate],
  [20, readTemplate],
  [12, createTemplate],
  [7, deleteTemplate],
  [4, createToken],
  [3, deleteToken],
  [4, updateUser],
  [3, readUser],
  [1, createUser],
  [1, deleteUser],
  [3, createSpace],
  [4, renameSpace],
]

export async function act(client: Client, door: Door): Promise<void> {
  let left = client.chance.between(
    0,
    deeds.reduce((sum, [share]) => sum + share, 0),
  )
  for (const [share, deed] of deeds) {
    left -= share
    if (left < 0) return deed(client, door)
  }
}
