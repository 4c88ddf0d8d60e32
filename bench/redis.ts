// A Redis primary with two replicas, as durable as we are: every write synced before it is acknowledged. Each replica tells
// what it applied by keyspace notifications, which is Redis' own way to watch.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../tests/support/eventually.ts'
import { freePort } from '../tests/support/skein.ts'

const START_MS = 60_000

/** Answers in the order of the commands, or messages of a subscription. */
export class RedisClient {
  readonly #socket: Socket
  readonly #waiting: PromiseWithResolvers<Reply>[] = []
  readonly #onMessage: (channel: string) => void
  #bytes = Buffer.alloc(0)

  private constructor(socket: Socket, onMessage: (channel: string) => void) {
    this.#socket = socket
    this.#onMessage = onMessage
    socket.setNoDelay(true)
    socket.on('data', (bytes) => this.#heard(bytes))
    socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('redis closed'))
    })
  }

  static async connect(port: number, onMessage: (channel: string) => void = () => {}) {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RedisClient(socket, onMessage)
  }

  call(...words: readonly string[]): Promise<Reply> {
    const answer = Promise.withResolvers<Reply>()
    this.#waiting.push(answer)
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
    this.#socket.write(`*${words.length}\r\n${parts.join('')}`)
    return answer.promise
  }

  close(): void {
    this.#socket.destroy()
  }

  #heard(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes])
    for (;;) {
      const parsed = parse(this.#bytes, 0)
      if (!parsed) return
      this.#bytes = this.#bytes.subarray(parsed.end)
      this.#take(parsed.reply)
    }
  }

  #take(reply: Reply): void {
    if (Array.isArray(reply) && reply[0] === 'pmessage') {
      this.#onMessage(String(reply[2]))
      return
    }
    const answer = this.#waiting.shift()
    if (reply instanceof Error) answer?.reject(reply)
    else answer?.resolve(reply)
  }
}

type Reply = string | number | null | Error | readonly Reply[]

/** One reply of the protocol RESP2, or undefined while some of it is missing. */
function parse(bytes: Buffer, from: number): { reply: Reply; end: number } | undefined {
  const lineEnd = bytes.indexOf('\r\n', from)
  if (lineEnd < 0) return undefined
  const line = bytes.toString('utf8', from + 1, lineEnd)
  const end = lineEnd + 2
  switch (String.fromCharCode(bytes[from] ?? 0)) {
    case '+':
      return { reply: line, end }
    case '-':
      return { reply: new Error(line), end }
    case ':':
      return { reply: Number(line), end }
    case '$': {
      const length = Number(line)
      if (length < 0) return { reply: null, end }
      if (bytes.length < end + length + 2) return undefined
      return { reply: bytes.toString('utf8', end, end + length), end: end + length + 2 }
    }
    default:
      return parseList(bytes, Number(line), end)
  }
}

function parseList(bytes: Buffer, count: number, from: number) {
  const list: Reply[] = []
  let end = from
  while (list.length < count) {
    const item = parse(bytes, end)
    if (!item) return undefined
    list.push(item.reply)
    end = item.end
  }
  return { reply: list, end }
}

class RedisServer {
  readonly port: number
  readonly folder = mkdtempSync(join(tmpdir(), 'skein-bench-redis-'))
  #child: ChildProcess | undefined

  constructor(port: number) {
    this.port = port
  }

  async start(...flags: readonly string[]): Promise<void> {
    const settings = {
      port: String(this.port),
      bind: '127.0.0.1',
      dir: this.folder,
      appendonly: 'yes',
      appendfsync: 'always',
      save: '',
      'repl-diskless-sync-delay': '0',
      'notify-keyspace-events': 'KEA',
    }
    const argv = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
    this.#child = spawn('redis-server', [...argv, ...flags], { stdio: 'ignore' })
    await eventually(() => this.#answers(), { timeoutMs: START_MS, what: 'redis-server' })
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** While it loads it answers with an error. */
  async #answers(): Promise<boolean> {
    const client = await RedisClient.connect(this.port)
    try {
      return (await client.call('PING')) === 'PONG'
    } finally {
      client.close()
    }
  }
}

export class Redis {
  readonly primary: RedisServer
  readonly replicas: readonly RedisServer[]
  readonly client: RedisClient
  /** When each replica had applied a key, monotonic ms; a key that all have is in `#seen`'s count. */
  readonly #seen = new Map<string, number[]>()
  readonly #watchers: RedisClient[] = []

  private constructor(primary: RedisServer, replicas: readonly RedisServer[], client: RedisClient) {
    this.primary = primary
    this.replicas = replicas
    this.client = client
  }

  static async start(replicas: number): Promise<Redis> {
    const servers: RedisServer[] = []
    for (let i = 0; i <= replicas; i++) servers.push(new RedisServer(await freePort()))
    const [primary, ...others] = servers
    if (!primary) throw new Error('no primary')
    await primary.start()
    for (const one of others) await one.start('--replicaof', '127.0.0.1', String(primary.port))
    const redis = new Redis(primary, others, await RedisClient.connect(primary.port))
    await redis.inStep()
    await redis.#watch()
    return redis
  }

  /** A record as a hash: a field for each group. */
  async write({ kind, id, groups }: Written): Promise<string> {
    const key = `${kind}:${id}`
    const fields = Object.entries(groups).flatMap(([name, value]) => [name, JSON.stringify(value)])
    await this.client.call('HSET', key, ...fields)
    return key
  }

  /** When the last replica had it, monotonic ms. */
  async visibleMs(key: string): Promise<number> {
    const all = await eventually(() => this.#allSeen(key), {
      timeoutMs: START_MS,
      what: `${key} at all replicas`,
    })
    this.#seen.delete(key)
    return Math.max(...all)
  }

  /** Resolves when all replicas have all that the primary has. */
  async inStep(): Promise<void> {
    const count = this.replicas.length
    await this.client.call('SET', 'begun', '1')
    const have = async () => Number(await this.client.call('WAIT', String(count), '1000')) >= count
    await eventually(have, { timeoutMs: START_MS, what: 'replicas' })
  }

  /** Bytes of memory that its data takes, as it counts them itself. */
  async usedBytes(): Promise<number> {
    const info = String(await this.client.call('INFO', 'memory'))
    return Number(/^used_memory:(\d+)/m.exec(info)?.[1] ?? 0)
  }

  async close(): Promise<void> {
    for (const client of [this.client, ...this.#watchers]) client.close()
    for (const server of [...this.replicas, this.primary]) await server.remove()
  }

  #allSeen(key: string): number[] | undefined {
    const seen = this.#seen.get(key)
    return seen && seen.length >= this.replicas.length ? seen : undefined
  }

  async #watch(): Promise<void> {
    for (const { port } of this.replicas) {
      const watcher = await RedisClient.connect(port, (channel) => this.#saw(channel))
      this.#watchers.push(watcher)
      await watcher.call('PSUBSCRIBE', '__keyspace@0__:*')
    }
  }

  #saw(channel: string): void {
    const key = channel.slice(channel.indexOf(':') + 1)
    const seen = this.#seen.get(key)
    if (seen) seen.push(performance.now())
    else this.#seen.set(key, [performance.now()])
  }
}

interface Written {
  readonly kind: string
  readonly id: string
  readonly groups: object
}
