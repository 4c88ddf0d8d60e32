// A laptop as far as `skein` can tell: a home folder of its own, and the bundled file that a peer hands out, run by the
// Node that the machine has.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from '../support/eventually.ts'

const FILE = fileURLToPath(new URL('../../dist/cli/skein.mjs', import.meta.url))
const PACK = fileURLToPath(new URL('../../scripts/pack-cli.js', import.meta.url))
const RUN_TIMEOUT_MS = 120_000

export interface Ran {
  readonly status: number
  readonly stdout: Buffer
  readonly stderr: string
}

export interface RunOptions {
  readonly input?: Buffer | string
  readonly env?: Record<string, string>
  readonly timeoutMs?: number
}

export class Laptop {
  readonly home = mkdtempSync(join(tmpdir(), 'skein-laptop-'))
  readonly file: string
  readonly node: string
  readonly #children = new Set<ChildProcess>()

  constructor(file = bundled()) {
    this.file = file
    this.node = oldestNode()
  }

  get env(): Record<string, string> {
    return { HOME: this.home, PATH: process.env.PATH ?? '', TERM: 'xterm' }
  }

  path(name: string): string {
    return join(this.home, name)
  }

  /** Starts it and gives the process. */
  start(words: readonly string[], env: Record<string, string> = {}): ChildProcess {
    return this.#spawn(this.node, [this.file, ...words], env)
  }

  /** Runs it to its end. */
  async skein(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const child = this.start(words, options.env)
    return finished(child, options)
  }

  /** Runs another program of the machine's, as the laptop's user. */
  async run(program: string, words: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return finished(this.#spawn(program, words, options.env), options)
  }

  /** A login with a token. */
  async signIn(url: string, token: string): Promise<void> {
    const ran = await this.skein(['login', url, '--token', '-'], { input: token })
    if (ran.status !== 0) throw new Error(`login failed: ${ran.stderr}`)
  }

  close(): void {
    for (const child of this.#children) end(child)
    rmSync(this.home, { recursive: true, force: true })
  }

  #spawn(program: string, words: readonly string[], env: Record<string, string> = {}) {
    const child = spawn(program, words, { env: { ...this.env, ...env }, detached: true })
    this.#children.add(child)
    return child
  }
}

/** With what it started: an ssh whose `skein` is gone goes on for ten minutes, and holds on to our pipes. */
function end({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // all of it has ended
  }
}

export async function finished(child: ChildProcess, options: RunOptions = {}): Promise<Ran> {
  const { timeoutMs = RUN_TIMEOUT_MS, input } = options
  const stdout: Buffer[] = []
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  const timer = setTimeout(() => end(child), timeoutMs)
  const [status, signal] = await once(child, 'close')
  clearTimeout(timer)
  if (signal === 'SIGKILL') throw new Error(`killed after ${timeoutMs} ms; it said:\n${stderr}`)
  return { status: status ?? -1, stdout: Buffer.concat(stdout), stderr }
}

/** Waits until what a process has written so far fits. */
export function saying(child: ChildProcess): (pattern: RegExp) => Promise<RegExpExecArray> {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
  }
  return (pattern) =>
    eventually(() => pattern.exec(text) ?? undefined, {
      timeoutMs: 30_000,
      what: `${pattern} in what was said:\n${text}`,
    })
}

let isPacked = false

function bundled(): string {
  if (!isPacked) execFileSync(process.execPath, [PACK, '--if-changed'])
  isPacked = true
  return FILE
}

/** The machine's own Node where it is one of those that are promised; it is older than ours. */
function oldestNode(): string {
  for (const folder of ['/usr/local/bin', '/usr/bin']) {
    const node = join(folder, 'node')
    if (!existsSync(node)) continue
    const version = execFileSync(node, ['-p', 'process.versions.node.split(".")[0]']).toString()
    if (Number(version) >= 20) return node
  }
  return process.execPath
}
