// A Redis primary with two replicas, as durable as we are: every write synced before it is acknowledged. Each replica tells
// what it applied by keyspace notifications, which is Redis' own way to watch.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../tests/support/eventually.ts'
import { freePort } from '../tests/support/skein.ts'
import { RedisClient } from './redis-client.ts'

const START_MS = 60_000

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
