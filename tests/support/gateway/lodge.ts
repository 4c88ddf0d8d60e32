// A peer's door for its gateway over real records and identity, with spaces that are rows only and an agent that the
// test plays; and the gateway's end of the way to it.

import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { newId, type SpaceId, type UserId } from '#protocol/ids.ts'
import { systemClock } from '../../../server/clock.ts'
import { type Door, openDoor } from '../../../server/gateway/door.ts'
import { RemoteGuest } from '../../../server/gateway/guest.ts'
import { Way } from '../../../server/gateway/way.ts'
import { hostKeyOf } from '../../../server/identity/host-key.ts'
import { silentLog } from '../../../server/log.ts'
import type { KindGroups } from '../../../server/records/kinds.ts'
import { World } from '../http/world.ts'

type Runtime = KindGroups['space']['runtime']

export const PAGE = 'http://localhost:7534'
export const HOST_KEY = hostKeyOf(Buffer.alloc(32, 7))
const SYSTEM = { kind: 'system', id: 'test', name: 'test' } as const
const BY = { actor: SYSTEM, address: 'local' }
const owner = { assertValid: () => undefined }

export interface TestKey {
  readonly line: string
  readonly blob: Buffer
}

export function newKey(): TestKey {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])
  const blob = Buffer.concat([
    field(Buffer.from('ssh-ed25519')),
    field(Buffer.from(x, 'base64url')),
  ])
  return { line: `ssh-ed25519 ${blob.toString('base64')} test`, blob }
}

export class Lodge {
  readonly world: World
  readonly door: Door
  readonly socketPath: string
  /** What was wanted of spaces. */
  readonly wishes: string[] = []
  readonly #ways: Way[] = []

  private constructor(world: World, door: Door, socketPath: string, wishes: string[]) {
    this.world = world
    this.door = door
    this.socketPath = socketPath
    this.wishes = wishes
  }

  static async open(folder: string): Promise<Lodge> {
    const world = await World.open({ answer: () => ({}) })
    const { records, live, identity, streams } = world
    const socketPath = join(folder, 'gateway.sock')
    const wishes: string[] = []
    const door = await openDoor({
      ...{ records, live, streams, keys: identity.keys, sessions: identity.sessions },
      spaces: {
        want: async (_, id, wish) => {
          wishes.push(`${wish} ${id}`)
          await setDesired(world, id, 'running')
          return { intentId: 'i' }
        },
      },
      hostKeys: [HOST_KEY],
      url: PAGE,
      newRequestId: () => newId(),
      clock: systemClock,
      log: silentLog(),
      socketPath,
    })
    return new Lodge(world, door, socketPath, wishes)
  }

  /** Somebody with a key; `key` is registered. */
  async person(username: string): Promise<{ userId: UserId; key: TestKey }> {
    const user = { username, displayName: '', role: 'member', password: 'correct horse' } as const
    const { id } = await this.world.identity.users.create(BY, user)
    const key = newKey()
    await this.world.identity.keys.add(BY, id as UserId, { line: key.line })
    return { userId: id as UserId, key }
  }

  async space(
    ownerId: UserId,
    name: string,
    state: Runtime['state'] = 'running',
  ): Promise<SpaceId> {
    const id = await makeSpace(this.world, ownerId, name, state)
    if (state === 'running') this.link(id)
    return id
  }

  /** Its agent's link comes. */
  link(id: SpaceId): void {
    const agent = { linkedAt: 1, route: 'unix', failed: [], version: '0', run: 'r' }
    this.world.live.publish('agent', id, agent, 60_000, RUNTIME.epoch)
  }

  async setRuntime(id: SpaceId, runtime: Partial<Runtime>): Promise<void> {
    const generation = this.world.records.get('space', id)?.groups.desired?.generation ?? 1
    const value = { ...RUNTIME, generation, ...runtime }
    await this.world.records.transact(
      () => ({
        changes: [{ op: 'set', kind: 'space', id, group: 'runtime', value }],
        result: undefined,
      }),
      { owner },
    )
  }

  /** One step of the space's timeline. */
  async tell(id: SpaceId, text: string, state: 'running' | 'done'): Promise<void> {
    const body = { stepId: newId(), intentId: newId(), step: 'start', text, state }
    await this.world.records.transact(() => ({
      changes: [{ op: 'append', stream: 'timeline', subject: id, body }],
      result: undefined,
    }))
  }

  /** A connection that has said from where it comes. */
  async way(address = '192.0.2.1'): Promise<Way> {
    const { signal } = new AbortController()
    const { socketPath } = this
    const way = await Way.open({ socketPath, clock: systemClock, signal, hello: { address } })
    this.#ways.push(way)
    return way
  }

  /** Somebody whose key is proved. Rejects with what the door refuses with. */
  async guest(user: string, key: TestKey, address?: string): Promise<RemoteGuest> {
    const way = await this.way(address)
    await way.ask('authorise', attempt(user, key), z.unknown())
    return new RemoteGuest(way)
  }

  async close(): Promise<void> {
    for (const way of this.#ways) way.close()
    await this.door.close(0)
    await this.world.close()
  }
}

export const attempt = (user: string, { blob }: TestKey, isProven = true) => ({
  user,
  key: { algorithm: 'ssh-ed25519', blob: blob.toString('base64') },
  isProven,
})

/** A space of which there are only records. */
export async function makeSpace(
  { records }: Pick<World, 'records'>,
  ownerId: UserId,
  name: string,
  state: Runtime['state'] = 'running',
): Promise<SpaceId> {
  const id = newId<'space'>()
  const desired = state === 'running' ? 'running' : 'stopped'
  await records.transact(
    () => ({
      changes: [
        { op: 'claim', claim: `space:${ownerId}/${name}`, holder: id },
        {
          op: 'create',
          kind: 'space',
          id,
          groups: {
            identity: { ownerId, createdAt: 1 },
            name: { name },
            desired: { state: desired, generation: 1, intentId: newId(), at: 1, by: SYSTEM },
            runtime: { ...RUNTIME, state, generation: 1 },
          },
        },
      ],
      result: undefined,
    }),
    { owner },
  )
  return id
}

const RUNTIME: Runtime = {
  state: 'stopped',
  reason: '',
  since: 1,
  generation: 1,
  epoch: 1,
  containers: {},
}

async function setDesired(world: World, id: SpaceId, state: 'running' | 'stopped'): Promise<void> {
  await world.records.transact((view) => {
    const generation = (view.get('space', id)?.groups.desired?.generation ?? 0) + 1
    const value = { state, generation, intentId: newId(), at: 1, by: SYSTEM }
    return {
      changes: [{ op: 'set', kind: 'space', id, group: 'desired', value }],
      result: undefined,
    }
  })
}
