// What befalls the servers, one after the other, while everybody works.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '../torture/server.ts'
import type { Site } from './site.ts'

export interface Blow {
  readonly name: string
  /** Somebody types again within that many ms, as the documents promise. */
  readonly withinMs?: number
  readonly strike: (site: Site) => Promise<void>
}

export const KILL_MS = 3_000
export const DRAIN_MS = 1_000
/** Beyond the verdict that a peer is unreachable. */
const APART_MS = 12_000

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

/** Nothing goes between it and the others; clients reach all. */
export const cutOff = (server: Server, whileApart: (site: Site) => Promise<void>): Blow => ({
  name: `${server.name} cut off`,
  async strike(site) {
    const { network, servers } = site
    const ways = servers
      .filter((other) => other !== server)
      .flatMap(({ place }) => [[server.place, place] as const, [place, server.place] as const])
    for (const [from, to] of ways) network.cut(from, to)
    await sleep(APART_MS)
    await whileApart(site)
    for (const [from, to] of ways) network.mend(from, to)
  },
})
