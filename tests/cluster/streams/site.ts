// Where it takes place: three servers that are joined, one administrator, a laptop that is signed in, and spaces with the
// program in them. Whoever opens one closes it.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NewToken } from '#protocol/api/access.ts'
import type { Host } from '#protocol/api/hosts.ts'
import { newId } from '#protocol/ids.ts'
import { Laptop } from '../../cli/laptop.ts'
import { Api } from '../../support/api.ts'
import { eventually } from '../../support/eventually.ts'
import type { Namespaces } from '../namespaces.ts'
import { Server, type ServerOptions } from '../torture/server.ts'
import { PROGRAM, PROGRAM_PATH, type Sizes, serving } from './lines.ts'

export const IMAGE = 'skein/debian-test:1'
const TEMPLATE = `name: streams
main: main
services:
  main:
    image: ${IMAGE}
`
/** Until all servers have what one wrote, and a space of many runs, ms. */
const JOIN_MS = 60_000
const SPACE_MS = 120_000
const USERNAME = 'ada'
/** A program that was started in a space listens by then, or is asked again, ms. */
const LISTEN_MS = 200

export interface SiteSpace {
  readonly id: string
  readonly name: string
}

export interface SiteOptions {
  readonly spaces: number
  /** Among which the spaces are dealt out. */
  readonly engines: number
  readonly sizes: Sizes
  /** How the server at each place is started; the place is counted from 1. */
  readonly server: (place: number) => ServerOptions
}

export class Site {
  readonly servers: readonly Server[]
  readonly network: Namespaces
  readonly laptop = new Laptop()
  readonly spaces: SiteSpace[] = []
  cookie = ''

  constructor(network: Namespaces, { server }: SiteOptions) {
    this.network = network
    this.servers = network.places.map((place) => new Server(place, network, server(place)))
  }

  get urls(): readonly string[] {
    return this.servers.map(({ url }) => url)
  }

  /** The administrator at one server. */
  api(server: Server): Api {
    const api = new Api(server.url, server)
    api.cookie = this.cookie
    return api
  }

  get config(): string {
    return this.laptop.path('ssh-config')
  }

  async open({ spaces, engines, sizes }: SiteOptions): Promise<void> {
    const [first, ...others] = this.servers
    assert.ok(first)
    await first.start()
    const api = this.api(first)
    await api.setUp(await first.setupToken(), USERNAME)
    this.cookie = api.cookie
    const { token } = await api.call<{ token: string }>('POST', '/peers/token')
    for (const server of others) await server.start(token)
    await this.#openSpaces(api, spaces, await this.#hosts(api, engines))
    const { secret } = await api.call<NewToken>('POST', '/me/tokens', { name: 'laptop' })
    await this.laptop.signIn(first.url, secret)
    for (const { name } of this.spaces) await this.#equip(name, sizes)
    const wrote = await this.laptop.skein(['ssh-config', '--file', this.config])
    assert.equal(wrote.status, 0, wrote.stderr)
    await eventually(() => this.#allKnow(), { timeoutMs: JOIN_MS, what: 'all to know all spaces' })
  }

  async close(): Promise<void> {
    this.laptop.close()
    const [first] = this.servers
    try {
      if (first && this.cookie !== '') await this.api(first).deleteSpaces()
    } finally {
      await Promise.all(this.servers.map((server) => server.remove()))
    }
  }

  async #hosts(api: Api, count: number): Promise<readonly Host[]> {
    return eventually(
      async () => {
        const { hosts } = await api.call<{ hosts: Host[] }>('GET', '/hosts')
        const there = hosts.filter(({ state }) => state === 'ready')
        return there.length === count ? there : undefined
      },
      { timeoutMs: JOIN_MS, what: `${count} engines` },
    )
  }

  async #openSpaces(api: Api, count: number, hosts: readonly Host[]): Promise<void> {
    const template = await api.createTemplate(TEMPLATE)
    for (let i = 1; i <= count; i++) {
      const space = { id: newId<'space'>(), name: `space-${i}` }
      const hostId = hosts[i % hosts.length]?.id
      await api.createSpace({ ...space, templateId: template.id, ...(hostId && { hostId }) })
      this.spaces.push(space)
    }
    for (const { id } of this.spaces) await api.until(id, 'running', SPACE_MS)
  }

  /** The program's file, and the program at its port. */
  async #equip(name: string, sizes: Sizes): Promise<void> {
    const put = ['exec', name, '--', 'sh', '-c', `cat > ${PROGRAM_PATH}`]
    const ran = await this.laptop.skein(put, { input: PROGRAM })
    assert.equal(ran.status, 0, ran.stderr)
    const served = await this.laptop.skein(['exec', name, '--', ...serving(sizes)])
    assert.equal(served.status, 0, served.stderr)
    await sleep(LISTEN_MS)
  }

  async #allKnow(): Promise<boolean> {
    for (const server of this.servers) {
      const known = await this.api(server).spaces()
      const running = known.filter(({ state }) => state === 'running')
      if (running.length < this.spaces.length) return false
    }
    return true
  }
}
