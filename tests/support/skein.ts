// A real Skein for tests and benches: `skein server` as a process of its own on a fresh data folder, set up through
// its own door. Whoever starts one closes it; its spaces' containers go with it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { thisProcess } from '../../server/supervisor/process.ts'
import { Api } from './api.ts'
import { eventually } from './eventually.ts'

const BIN = new URL('../../cli/bin.js', import.meta.url).pathname
/** How long a peer may take from its process to its set-up URL, ms. */
const START_TIMEOUT_MS = 30_000

export interface SkeinOptions {
  readonly flags?: readonly string[]
  /** Do not go through set-up. */
  readonly bare?: boolean
  /** To listen at; by default a free one. */
  readonly port?: number
  /** What browsers and the API call it, where that is not the listening address: a proxy, or HTTPS by name. */
  readonly url?: string
  /** Beside this process's own variables. */
  readonly env?: Readonly<Record<string, string>>
  /** Another checkout's command. */
  readonly bin?: string
  /** With a gateway, at that port or a free one; most tests need none. */
  readonly ssh?: boolean | number
}

interface ChildState {
  readonly pid: number
  readonly isReady: boolean
  readonly cluster?: string
}

export class Skein {
  readonly data = mkdtempSync(join(tmpdir(), 'skein-test-'))
  readonly output: string[] = []
  readonly port: number
  readonly url: string
  /** 0 without a gateway. */
  readonly sshPort: number
  readonly #flags: readonly string[]
  readonly #env: NodeJS.ProcessEnv
  #bin: string
  #supervisor: ChildProcess | undefined
  #setupUrl: string | undefined

  private constructor(port: number, sshPort: number, options: SkeinOptions) {
    const { flags = [], url, env = {}, bin = BIN } = options
    this.port = port
    this.sshPort = sshPort
    this.url = url ?? this.#direct
    this.#flags = flags
    this.#env = { ...process.env, ...env }
    this.#bin = bin
  }

  static async start(options: SkeinOptions = {}): Promise<{ skein: Skein; api: Api }> {
    const sshPort = options.ssh === true ? await freePort() : Number(options.ssh ?? false)
    const skein = new Skein(options.port ?? (await freePort()), sshPort, options)
    // Tells scripts/lib/leftovers.js whose this is, should this process be killed.
    writeFileSync(join(skein.data, 'test-process.json'), JSON.stringify(thisProcess()))
    await skein.startSupervisor()
    const api = new Api(skein.url, skein)
    if (!options.bare) await api.setUp(await skein.setupToken())
    return { skein, api }
  }

  /** Health is answered in plain HTTP also where everything else takes HTTPS. */
  get #direct(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Of another checkout. */
  get isOlder(): boolean {
    return this.#bin !== BIN
  }

  get supervisorPid(): number {
    return this.#supervisor?.pid ?? 0
  }

  /** Read from the supervisor's own notes, as a new supervisor would. */
  get peerPid(): number {
    return this.#childPid('peer')
  }

  get gatewayPid(): number {
    return this.#childPid('gateway')
  }

  #childPid(kind: string): number {
    return this.#child(kind).pid
  }

  #child(kind: string): ChildState {
    const folder = join(this.data, 'run')
    const file = readdirSync(folder).find(
      (name) => name.startsWith(`${kind}-`) && name.endsWith('.json'),
    )
    if (!file) throw new Error(`no child state in ${folder}`)
    return JSON.parse(readFileSync(join(folder, file), 'utf8'))
  }

  /** Takes what a peer that was killed leaves in the machine's folder, and the folder after the last of its peers. */
  #leaveMachine(): void {
    try {
      const folder = join('/run/skein', this.#child('peer').cluster ?? '')
      const id = readFileSync(join(this.data, 'peer.id'), 'utf8').trim()
      rmSync(join(folder, `${id}.sock`), { force: true })
      rmdirSync(folder)
    } catch {
      // It never served, or others of its cluster are there.
    }
  }

  async setupUrl(): Promise<string> {
    return await eventually(() => this.#setupUrl, {
      timeoutMs: START_TIMEOUT_MS,
      what: () => `a set-up URL in:\n${this.output.join('\n')}`,
    })
  }

  async setupToken(): Promise<string> {
    return new URL(await this.setupUrl()).hash.replace('#token=', '')
  }

  /** `bin` is this checkout's command from now on: an upgrade. */
  async upgrade(): Promise<void> {
    await this.end()
    this.#bin = BIN
    await this.startSupervisor()
  }

  async startSupervisor(): Promise<void> {
    const args = [
      'server',
      '--data',
      this.data,
      '--listen',
      `127.0.0.1:${this.port}`,
      '--ssh-listen',
      this.sshPort === 0 ? 'off' : `127.0.0.1:${this.sshPort}`,
      ...this.#flags,
    ]
    const child = spawn(process.execPath, [this.#bin, ...args], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    this.#supervisor = child
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.output.push(line)
        const found = /https?:\/\/\S+\/setup#token=[\w-]+/.exec(line)
        if (found) this.#setupUrl = found[0]
      })
    }
    await this.ready()
  }

  async ready(): Promise<void> {
    await eventually(() => this.#isReady(), {
      timeoutMs: START_TIMEOUT_MS,
      what: () => `${this.#direct}/readyz; output:\n${this.output.slice(-30).join('\n')}`,
    })
  }

  async #isReady(): Promise<boolean> {
    try {
      if (this.#isStarting()) return false
      const answer = await fetch(`${this.#direct}/readyz`)
      await answer.arrayBuffer()
      return answer.ok
    } catch {
      return false
    }
  }

  /** By its own word, where it has said any: requests that nobody takes would cost more than the start they wait for. */
  #isStarting(): boolean {
    try {
      return !this.#child('peer').isReady
    } catch {
      return false
    }
  }

  /** kill −9 of the peer; resolves when another process has taken its place. */
  async killPeer(): Promise<void> {
    const pid = this.peerPid
    process.kill(pid, 'SIGKILL')
    await eventually(() => this.peerPid !== pid, {
      timeoutMs: START_TIMEOUT_MS,
      what: 'a new peer process',
    })
    await this.ready()
  }

  async killSupervisor(): Promise<void> {
    const child = this.#supervisor
    if (!child) return
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }

  /** kill −9 of all of it, as when its machine is switched off; the data folder stays. */
  async kill(): Promise<void> {
    const children = [this.peerPid, ...(this.sshPort === 0 ? [] : [this.gatewayPid])]
    await this.killSupervisor()
    for (const pid of children) process.kill(pid, 'SIGKILL')
  }

  /** SIGTERM; the data folder stays. */
  async end(): Promise<void> {
    const child = this.#supervisor
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  }

  /** Ends everything, and takes the data folder. Spaces must have been deleted through the API before. */
  async close(): Promise<void> {
    await this.end()
    this.#leaveMachine()
    rmSync(this.data, { recursive: true, force: true })
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** A path of this process's own, for a file that is not there yet. */
export const freePath = (name: string): string => join(tmpdir(), `${process.pid}-${name}`)
