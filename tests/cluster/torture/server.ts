// One real Skein in its namespace, and what happens to servers: killed, stopped, restarted. Without an engine, unless it is
// given one. Its processes have no more right to the machine than others, so that tests beside are not held up.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Store } from '../../../server/store/store.ts'
import { thisProcess } from '../../../server/supervisor/process.ts'
import { eventually } from '../../support/eventually.ts'
import type { Namespaces } from '../namespaces.ts'

const ROOT = new URL('../../..', import.meta.url).pathname
const PORT = 7534
/** A busy machine takes its time with a peer's start, ms. */
const START_MS = 60_000
const LOOK_MS = 2_000
const NICE = '5'
/** Lines of output that are kept for whoever asks why. */
const KEPT_LINES = 2000

export interface ServerOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Its engine. */
  readonly docker?: string
  /** Where its state is, and how that is read; by default a file in its folder. */
  readonly database?: { readonly url: string; readonly store: Store } | undefined
  /** The checkout that it runs from; by default this one. */
  readonly root?: string
}

export class Server {
  readonly place: number
  readonly url: string
  readonly folder = mkdtempSync(join(tmpdir(), 'skein-test-'))
  readonly output: string[] = []
  readonly #network: Namespaces
  readonly #options: ServerOptions
  #root: string
  #supervisor: ChildProcess | undefined
  #setupToken: string | undefined
  #join: string | undefined

  constructor(place: number, network: Namespaces, options: ServerOptions = {}) {
    this.place = place
    this.#network = network
    this.#options = options
    this.#root = options.root ?? ROOT
    this.url = `http://${network.host(place)}:${PORT}`
    // Tells scripts/lib/leftovers.js whose this is, should this process be killed.
    writeFileSync(join(this.folder, 'test-process.json'), JSON.stringify(thisProcess()))
  }

  /** Of a database that it shares. */
  get store(): Store | undefined {
    return this.#options.database?.store
  }

  /** Of another checkout. */
  get isOlder(): boolean {
    return this.#root !== ROOT
  }

  get name(): string {
    return `peer-${this.place}`
  }

  get #bin(): string {
    return join(this.#root, 'cli', 'bin.js')
  }

  async start(join = this.#join): Promise<void> {
    this.#join = join
    const { database } = this.#options
    const flags = Object.entries({
      ...(database && { store: database.url }),
      data: this.folder,
      name: this.name,
      listen: `${this.#network.host(this.place)}:${PORT}`,
      'ssh-listen': 'off',
      docker: this.#options.docker ?? '/nonexistent/docker.sock',
    }).flatMap(([flag, value]) => [`--${flag}`, value])
    const equal = ['setpriv', '--bounding-set', '-sys_nice', 'nice', '-n', NICE]
    const program = [process.execPath, this.#bin]
    const argv = ['netns', 'exec', this.#network.space(this.place), ...equal, ...program]
    const joining = join === undefined ? {} : { SKEIN_JOIN: join }
    const child = spawn('ip', [...argv, 'server', ...flags, '--insecure-http'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.#options.env, ...joining },
    })
    this.#supervisor = child
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#heard(line))
    }
    await this.ready()
  }

  async ready(): Promise<void> {
    await eventually(() => this.#isReady(), {
      timeoutMs: START_MS,
      what: `${this.url}/readyz; output:\n${this.output.slice(-20).join('\n')}`,
    })
  }

  async setupToken(): Promise<string> {
    return eventually(() => this.#setupToken, { timeoutMs: START_MS, what: 'a set-up link' })
  }

  /** To the peer's own process; false where there is none at this moment. */
  signal(name: NodeJS.Signals): boolean {
    try {
      const note = readFileSync(join(this.folder, 'run', 'peer-1.json'), 'utf8')
      const state: { pid: number } = JSON.parse(note)
      return process.kill(state.pid, name)
    } catch {
      return false
    }
  }

  /** SIGTERM to all of it, which drains; the data folder stays. */
  async end(): Promise<void> {
    const child = this.#supervisor
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }

  /** From the next start on it runs from there. */
  runFrom(root = ROOT): void {
    this.#root = root
  }

  /** As when the machine loses power, but for what its disk was promised. */
  async crash(): Promise<void> {
    const child = this.#supervisor
    child?.kill('SIGKILL')
    this.signal('SIGKILL')
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    // The supervisor may have started another at its last moment.
    this.signal('SIGKILL')
  }

  async remove(): Promise<void> {
    await this.crash()
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #isReady(): Promise<boolean> {
    const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(LOOK_MS) })
    await answer.arrayBuffer()
    return answer.ok
  }

  #heard(line: string): void {
    this.output.push(line)
    if (this.output.length > KEPT_LINES) this.output.shift()
    this.#setupToken ??= /\/setup#token=([\w-]+)/.exec(line)?.[1]
  }
}
