// A peer's HTTP door over real records, identity and live values, with time that stands still and an agent that the
// test plays. Requests go in as `Request`s; `listen` puts it behind a real socket.

import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Setup } from '#protocol/api/people.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { DirectSource } from '../../../server/apps/direct/direct-ways.ts'
import { systemRandom } from '../../../server/clock.ts'
import type { PublishedPeer } from '../../../server/cluster/published.ts'
import { createHttp, type Http, requestListener } from '../../../server/http/http.ts'
import type { HttpConfig, Log } from '../../../server/http/ports.ts'
import { endAfterOffers, upgradeOptions } from '../../../server/http/protocols.ts'
import { createIdentity, type Identity } from '../../../server/identity/identity.ts'
import type { Streams } from '../../../server/links/streams.ts'
import type { Live } from '../../../server/live/live.ts'
import { createLive } from '../../../server/live/table.ts'
import { openRecords } from '../../../server/records/open.ts'
import type { Records } from '../../../server/records/records.ts'
import { openMemoryStore } from '../../../server/store/memory.ts'
import { CHEAP } from '../cheap-passwords.ts'
import { TestClock } from '../clock.ts'
import { Client } from './client.ts'
import { fakeSpaces, fakeTemplates } from './fakes.ts'
import { FakeStreams, type FarEnd } from './link-pair.ts'

export const PASSWORD = 'correct horse battery'
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

export interface WorldOptions {
  readonly config?: Partial<HttpConfig>
  readonly webFolder?: string
  readonly cliFolder?: string
  readonly answer?: (open: StreamOpen) => unknown
  /** Plays the far end of each stream that is opened. */
  readonly onStream?: (far: FarEnd) => void
  readonly log?: Log
  /** Where people open the cluster’s peers. */
  readonly published?: readonly PublishedPeer[]
  /** Where a space's container is. */
  readonly direct?: DirectSource
  /** In place of those that a test plays itself. */
  readonly streams?: Streams
}

export class World {
  readonly clock: TestClock
  readonly records: Records
  readonly live: Live
  readonly identity: Identity
  readonly streams: FakeStreams
  readonly http: Http
  readonly log: Log
  readonly #folder: string
  #server: Server | undefined

  private constructor(
    parts: Pick<World, 'clock' | 'records' | 'live' | 'identity' | 'streams' | 'http' | 'log'>,
    folder: string,
  ) {
    this.clock = parts.clock
    this.records = parts.records
    this.live = parts.live
    this.identity = parts.identity
    this.streams = parts.streams
    this.http = parts.http
    this.log = parts.log
    this.#folder = folder
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const { log = silent } = options
    const folder = await mkdtemp(join(tmpdir(), 'skein-http-'))
    const clock = new TestClock()
    const random = systemRandom
    const records = await openRecords({ store: openMemoryStore(), clock, random, log })
    const live = createLive({ clock })
    const identity = await createIdentity({
      ...{ records, clock, random, folder },
      passwordCost: CHEAP,
    })
    const streams = new FakeStreams(options.answer ?? (() => ({ terminals: [] })), options.onStream)
    const config: HttpConfig = {
      insecureHttp: false,
      trustedProxies: [],
      appsDomain: 'localhost',
      peer: { id: 'p', name: 'test', version: '0' },
      ...options.config,
    }
    const spaces = fakeSpaces(records)
    const templates = fakeTemplates(records)
    const parts = {
      identity,
      records,
      live,
      streams,
      spaces,
      templates,
      peers: {
        list: async () => [],
        ask: async (id: string) => ({ peer: { id, name: id } }),
        token: () => 'skein1.none',
        published: () => options.published ?? [],
      },
      audit: {
        verify: async () => ({ isWhole: true, at: new Date(0).toISOString(), key: '', chains: [] }),
      },
      config,
      clock,
      random,
      log,
    }
    const http = await createHttp({
      ...parts,
      streams: options.streams ?? streams,
      ...(options.direct && { direct: options.direct }),
      webFolder: options.webFolder ?? join(folder, 'none'),
      cliFolder: options.cliFolder ?? join(folder, 'none'),
    })
    return new World({ ...parts, http }, folder)
  }

  /** Somebody with no cookie yet. */
  client(origin = 'http://localhost:7534'): Client {
    return new Client(this.http, origin)
  }

  /** The first administrator, signed in. */
  async setUp(given: Partial<Setup> = {}): Promise<Client> {
    const client = this.client()
    const token = (await this.identity.setup.begin()) ?? ''
    const answer = await client.post('/setup', {
      token,
      username: 'ada',
      password: PASSWORD,
      ...given,
    })
    if (answer.status !== 201) throw new Error(`set-up failed: ${JSON.stringify(answer.body)}`)
    return client
  }

  /** A member, made by the administrator and signed in. */
  async member(administrator: Client, username: string): Promise<Client> {
    await administrator.post('/users', { username, password: PASSWORD })
    const client = this.client()
    const answer = await client.post('/session', { username, password: PASSWORD })
    if (answer.status !== 201) throw new Error(`no login: ${JSON.stringify(answer.body)}`)
    return client
  }

  /** Behind a real socket on loopback; the port. */
  async listen(): Promise<number> {
    const { apps } = this.http
    const options = upgradeOptions((request) => apps.claims(request))
    const server = createServer(options, requestListener(this.http, this))
    endAfterOffers(server)
    server.on('upgrade', this.http.handleUpgrade)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    this.#server = server
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return address.port
  }

  async close(): Promise<void> {
    // Time stands still, and closing waits a moment for sockets that do not answer.
    const closing = this.http.close()
    await this.clock.advance(2000)
    await closing
    this.#server?.closeAllConnections()
    this.#server?.close()
    this.live.close()
    await this.records.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
