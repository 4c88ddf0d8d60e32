// A real Redis on a port of its own, which a test may kill, stop for a while, start again, or fill; and a primary with
// replicas and sentinels.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { parseStore, type RedisAddress } from '../../server/store/address.ts'
import { openRedisStore } from '../../server/store/redis/open.ts'
import { eventually } from './eventually.ts'
import { quietLog } from './rows.ts'
import { freePort } from './skein.ts'
import type { StoreUnderTest } from './stores.ts'

/** Many may start at once on a machine that does much else. */
const START_MS = 60_000
/** Of the server's log, characters that a failed start shows. */
const LOG_TAIL = 2000

export const PASSWORD = 'pass/word@:?#'

const LOCAL = '127.0.0.1'

export type Settings = Readonly<Record<string, string>>

/** As durable as it can be; a test says otherwise. */
const SETTINGS: Settings = {
  appendonly: 'yes',
  appendfsync: 'always',
  save: '',
  requirepass: PASSWORD,
  masterauth: PASSWORD,
  'repl-diskless-sync-delay': '0',
}

export interface RedisServerOptions {
  readonly settings?: Settings
  /** Where its files go; a folder of its own in the system's for temporary files unless given. */
  readonly folder?: string
  /** TLS is then all that it speaks. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** The address at which it listens, where not this machine's own. */
  readonly host?: string
}

export class RedisServer implements AsyncDisposable {
  readonly port: number
  readonly folder: string
  readonly #options: RedisServerOptions
  #child: ChildProcess | undefined

  private constructor(port: number, folder: string, options: RedisServerOptions) {
    this.port = port
    this.folder = folder
    this.#options = options
  }

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const folder = mkdtempSync(join(options.folder ?? tmpdir(), 'skein-redis-'))
    const server = new RedisServer(await freePort(), folder, options)
    server.putCertificate(options.tls)
    await server.up()
    return server
  }

  /** Starts what was killed or stopped. */
  async up(settings: Settings = {}): Promise<void> {
    const all = {
      ...SETTINGS,
      bind: this.#host,
      ...this.#files,
      ...this.#options.settings,
      ...settings,
    }
    const argv = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])
    this.#child = run('redis-server', argv, this.#logFile)
    await eventually(() => this.#answers(), { timeoutMs: START_MS, what: 'redis-server' })
  }

  /** Ends when it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await end(this.#child, signal)
  }

  /** SIGSTOP and SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  get hasEnded(): boolean {
    return hasEnded(this.#child)
  }

  /** What a person would type into redis-cli. */
  async call(command: string, ...args: readonly string[]): Promise<unknown> {
    const client = this.client()
    try {
      await client.connect()
      return await client.call(command, ...args)
    } finally {
      client.disconnect()
    }
  }

  /** Not yet connected. Whoever takes it closes it. */
  client(): Redis {
    const { tls } = this.#options
    const client = new Redis({
      port: this.port,
      host: this.#host,
      password: PASSWORD,
      lazyConnect: true,
      retryStrategy: null,
      ...(tls && { tls: { rejectUnauthorized: false } }),
    })
    client.on('error', () => undefined) // what it is asked is refused
    return client
  }

  url(query = '', { password = PASSWORD, port = this.port, user = '' } = {}): string {
    const scheme = this.#options.tls ? 'rediss' : 'redis'
    const host = this.#options.host ?? 'localhost'
    return `${scheme}://${user}:${encodeURIComponent(password)}@${host}:${port}/${query}`
  }

  putCertificate(pair: { readonly cert: string; readonly key: string } | undefined): void {
    if (!pair) return
    writeFileSync(join(this.folder, 'cert.pem'), pair.cert)
    writeFileSync(join(this.folder, 'key.pem'), pair.key, { mode: 0o600 })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }

  get #logFile(): string {
    return join(this.folder, 'log')
  }

  get #host(): string {
    return this.#options.host ?? LOCAL
  }

  get #files(): Settings {
    const port = String(this.port)
    if (!this.#options.tls) return { dir: this.folder, port }
    return {
      dir: this.folder,
      port: '0',
      'tls-port': port,
      'tls-cert-file': join(this.folder, 'cert.pem'),
      'tls-key-file': join(this.folder, 'key.pem'),
      'tls-auth-clients': 'no',
    }
  }

  /** While it loads it answers with an error. */
  async #answers(): Promise<boolean> {
    if (this.hasEnded) throw new Error(`redis-server ended:\n${tailOf(this.#logFile)}`)
    return (await this.call('PING')) === 'PONG'
  }
}

/** A kind of store for the suites: each place has keys of its own. */
export const redisStore = (server: () => RedisServer): StoreUnderTest => ({
  name: 'redis',
  async make() {
    made++
    const address = redisAddress(server().url(`?name=test-${made}`))
    return {
      open: () => openRedisStore({ address, log: quietLog }),
      async [Symbol.asyncDispose]() {},
    }
  },
})

let made = 0

export function redisAddress(url: string): RedisAddress {
  const address = parseStore(url)
  if (address.kind !== 'redis') throw new Error(`${url} is no Redis`)
  return address
}

export const PRIMARY = 'skein'

/** Of the sentinels, ms: how long a primary is silent before they choose another. */
const DOWN_AFTER_MS = 2000
/** How long they give a failover, ms; only twice as long after one they try another. */
const FAILOVER_MS = 4000

/** One primary, its replicas, and three sentinels that watch them. */
export class SentinelGroup implements AsyncDisposable {
  readonly servers: readonly RedisServer[]
  readonly #sentinels: readonly Sentinel[]

  private constructor(servers: readonly RedisServer[], sentinels: readonly Sentinel[]) {
    this.servers = servers
    this.#sentinels = sentinels
  }

  static async start(settings: Settings = {}, host = LOCAL): Promise<SentinelGroup> {
    const primary = await RedisServer.start({ settings, host })
    const replicaof = `${host} ${primary.port}`
    const servers = [primary]
    for (let i = 0; i < 2; i++) {
      servers.push(await RedisServer.start({ settings: { ...settings, replicaof }, host }))
    }
    const sentinels: Sentinel[] = []
    for (let i = 0; i < 3; i++) sentinels.push(await Sentinel.start(primary.port, host))
    const group = new SentinelGroup(servers, sentinels)
    await eventually(() => group.#isComplete(), { timeoutMs: START_MS, what: 'sentinels' })
    return group
  }

  url(query = ''): string {
    const hosts = this.#sentinels.map(({ host, port }) => `${host}:${port}`).join(',')
    return `redis+sentinel://:${encodeURIComponent(PASSWORD)}@${hosts}/${PRIMARY}${query}`
  }

  /** Which of the servers the sentinels call the primary. */
  async primary(): Promise<RedisServer> {
    const [, port] = await this.#asked((sentinel) => sentinel.primary())
    const found = this.servers.find((server) => String(server.port) === port)
    if (!found) throw new Error(`no server at ${port}`)
    return found
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const sentinel of this.#sentinels) await sentinel[Symbol.asyncDispose]()
    for (const server of this.servers) await server[Symbol.asyncDispose]()
  }

  /** Every sentinel knows the others and both replicas. */
  async #isComplete(): Promise<boolean> {
    for (const sentinel of this.#sentinels) if (!(await sentinel.isComplete())) return false
    return true
  }

  #asked<T>(ask: (sentinel: Sentinel) => Promise<T>): Promise<T> {
    const [first] = this.#sentinels
    if (!first) throw new Error('no sentinel')
    return ask(first)
  }
}

class Sentinel implements AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly #folder: string
  readonly #child: ChildProcess

  private constructor(host: string, port: number, folder: string, child: ChildProcess) {
    this.host = host
    this.port = port
    this.#folder = folder
    this.#child = child
  }

  static async start(primaryPort: number, host: string): Promise<Sentinel> {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'skein-sentinel-'))
    const file = join(folder, 'sentinel.conf')
    const lines = [
      `port ${port}`,
      `bind ${host}`,
      `dir ${folder}`,
      `sentinel monitor ${PRIMARY} ${host} ${primaryPort} 2`,
      `sentinel auth-pass ${PRIMARY} "${PASSWORD}"`,
      `sentinel down-after-milliseconds ${PRIMARY} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${PRIMARY} ${FAILOVER_MS}`,
    ]
    writeFileSync(file, `${lines.join('\n')}\n`)
    return new Sentinel(
      host,
      port,
      folder,
      run('redis-server', [file, '--sentinel'], `${file}.log`),
    )
  }

  async primary(): Promise<string[]> {
    const answer = await this.#call('GET-MASTER-ADDR-BY-NAME', PRIMARY)
    return Array.isArray(answer) ? answer.map(String) : []
  }

  async isComplete(): Promise<boolean> {
    const answer = await this.#call('MASTER', PRIMARY)
    const fields = Array.isArray(answer) ? answer.map(String) : []
    const get = (name: string) => fields[fields.indexOf(name) + 1]
    return get('num-slaves') === '2' && get('num-other-sentinels') === '2'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child, 'SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #call(...args: readonly string[]): Promise<unknown> {
    const client = new Redis({
      host: this.host,
      port: this.port,
      lazyConnect: true,
      retryStrategy: null,
    })
    client.on('error', () => undefined) // what it is asked is refused
    try {
      await client.connect()
      return await client.call('SENTINEL', ...args)
    } finally {
      client.disconnect()
    }
  }
}

/** A program with its output in a file. */
function run(program: string, argv: readonly string[], log: string): ChildProcess {
  const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
  const write = (chunk: Buffer) => writeFileSync(log, chunk, { flag: 'a' })
  child.stdout.on('data', write)
  child.stderr.on('data', write)
  child.on('error', (error) => write(Buffer.from(String(error))))
  return child
}

const hasEnded = (child: ChildProcess | undefined): boolean =>
  !child || child.exitCode !== null || child.signalCode !== null

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child || hasEnded(child)) return
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
}

const tailOf = (file: string): string => readFileSync(file, 'utf8').slice(-LOG_TAIL)
