// What must hold of a peer that is cut off from the others: it says that it is alone, both sides take writes, and after
// the heal both sides' writes are everywhere.

import assert from 'node:assert/strict'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { newId } from '#protocol/ids.ts'
import { TEST_PASSWORD } from '../../support/api.ts'
import { eventually } from '../../support/eventually.ts'
import type { Server } from '../torture/server.ts'
import type { Site } from './site.ts'

/** Until it has seen that nobody answers, and until the others' writes are there after the heal, ms. */
const ALONE_MS = 15_000
const HEAL_MS = 30_000

const gone: ReadonlySet<string> = new Set(['unreachable', 'dead'])

/** Resolves when the server says of all others that they cannot be reached. */
export async function isAlone(site: Site, server: Server): Promise<void> {
  const others = async () =>
    (await site.api(server).call<{ peers: PeerInfo[] }>('GET', '/peers')).peers.filter(
      ({ isSelf }) => !isSelf,
    )
  await eventually(async () => (await others()).every(({ state }) => gone.has(state)), {
    timeoutMs: ALONE_MS,
    what: `${server.name} to say that it is alone`,
  })
}

/** Makes a user at one server and gives its name. */
export async function write(site: Site, server: Server): Promise<string> {
  const id = newId<'user'>()
  const username = `u${id.slice(-12).toLowerCase()}`
  const body = { id, username, displayName: '', role: 'member', password: TEST_PASSWORD }
  await site.api(server).call('POST', '/users', body)
  return username
}

export async function areEverywhere(site: Site, usernames: readonly string[]): Promise<void> {
  for (const server of site.servers) {
    const missing = async () => {
      const known = new Set((await site.api(server).users()).map(({ username }) => username))
      return usernames.filter((name) => !known.has(name))
    }
    await eventually(async () => (await missing()).length === 0, {
      timeoutMs: HEAL_MS,
      what: `all writes to be at ${server.name}`,
    })
    assert.deepEqual(await missing(), [])
  }
}
