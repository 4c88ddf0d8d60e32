// What befalls the servers, one after the other, while everybody works.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '../torture/server.ts'
import { areEverywhere, isAlone, write } from './apart.ts'
import type { Site } from './site.ts'

export interface Blow {
  readonly name: string
  /** Somebody types again within that many ms, as the documents promise. */
  readonly withinMs?: number
  readonly strike: (site: Site) => Promise<void>
}

export const KILL_MS = 3_000
export const DRAIN_MS = 1_000
/** Beyond the verdict that a peer is dead. */
const APART_MS = 8_000

/** kill -9 of the peer; its supervisor starts the next. */
export const kill = (server: Server): Blow => ({
  name: `${server.name} killed`,
  withinMs: KILL_MS,
  async strike() {
    server.signal('SIGKILL')
    await server.ready()
  },
})

/** Its machine loses power, and gets it back. */
export const crash = (server: Server): Blow => ({
  name: `${server.name} and its supervisor killed`,
  withinMs: KILL_MS,
  async strike() {
    await server.crash()
    await server.start()
  },
})

/** One step of a rolling restart. */
export const restart = (server: Server): Blow => ({
  name: `${server.name} restarted`,
  withinMs: DRAIN_MS,
  async strike() {
    await server.end()
    await server.start()
  },
})

/** Nothing goes between it and the others for a while; clients reach all, and write on both sides. */
export const cutOff = (server: Server): Blow => ({
  name: `${server.name} cut off`,
  async strike(site) {
    const { network, servers } = site
    const others = servers.filter((other) => other !== server)
    const ways = others.flatMap(({ place }) => [
      [server.place, place] as const,
      [place, server.place] as const,
    ])
    for (const [from, to] of ways) network.cut(from, to)
    await isAlone(site, server)
    const written = await Promise.all(servers.map((one) => write(site, one)))
    await sleep(APART_MS)
    for (const [from, to] of ways) network.mend(from, to)
    await areEverywhere(site, written)
  },
})

/** It comes back as another version. */
export const replace = (server: Server, root: string | undefined): Blow => ({
  name: `${server.name} ${root === undefined ? 'upgraded' : 'downgraded'}`,
  async strike() {
    await server.end()
    server.runFrom(root)
    await server.start()
  },
})
