// The space's terminals by name: opened when first attached to, kept while their program runs and for a while after,
// within limits of number and memory.

import { randomBytes } from 'node:crypto'
import { setImmediate as othersTurn } from 'node:timers/promises'
import type { TerminalInfo } from '#protocol/api/timeline.ts'
import { SkeinError } from '#protocol/errors.ts'
import { isTerminalName } from '#protocol/names.ts'
import { type Attach, encodeJson, NumberedType } from '#protocol/numbered/frames.ts'
import type { Clock } from '../clock.ts'
import { Child, type ChildOptions, type Program } from './child.ts'
import type { Size } from './sizes.ts'
import { type SpawnChild, Terminal } from './terminal.ts'
import { ParseTurns } from './turns.ts'
import type { Sink, Viewer } from './viewer.ts'
import { loadXterm } from './xterm.ts'

export const MAX_TERMINALS = 64
/** What all terminals of an agent may take, bytes: the agent lives inside its user's memory limit. */
export const SHARED_BYTES = 64 * 1024 * 1024
/** How long a finished terminal's last screen is kept, ms. */
export const KEEP_ENDED_MS = 10 * 60 * 1000
/** How often memory and age are looked at, ms. */
const SWEEP_MS = 5000

/** How a terminal's program is started: the command that was asked for, or the login shell when there was none. */
export type DescribeProgram = (command: readonly string[] | undefined) => {
  readonly command: readonly string[]
  readonly cwd: string
  /** Without the agent's own configuration: it holds its key. */
  readonly env: Record<string, string>
}

export interface TerminalsOptions {
  readonly clock: Clock
  readonly describe: DescribeProgram
  /** Terminals opened or ended, viewers or titles changed. */
  readonly onChange?: () => void
  readonly sharedBytes?: number
  /** Of a program that needs no PTY; by default one gets a PTY. Throws as `Child` does. */
  readonly start?: (options: ChildOptions) => Program
}

export interface OpenTerminal extends Size {
  readonly terminal: string
  readonly command?: readonly string[] | undefined
  /** Looks on. */
  readonly watch?: true | undefined
}

export interface AttachedViewer {
  readonly terminal: Terminal
  readonly viewer: Viewer
}

export class Terminals {
  readonly #options: TerminalsOptions
  readonly #turns: ParseTurns
  readonly #byName = new Map<string, Terminal>()
  readonly #opening = new Map<string, Promise<Terminal>>()
  readonly #stop = new AbortController()

  constructor(options: TerminalsOptions) {
    this.#options = options
    this.#turns = new ParseTurns(() => options.clock.monotonicMs())
    this.#sweepForever().catch(() => {
      // Only `close` ends it, by aborting the delay.
    })
  }

  get count(): number {
    return this.#byName.size
  }

  /** About what all of them take in memory. */
  get estimatedBytes(): number {
    return [...this.#byName.values()].reduce((sum, terminal) => sum + terminal.estimatedBytes, 0)
  }

  list(): TerminalInfo[] {
    return [...this.#byName.values()].map(({ info }) => info)
  }

  /**
   * Attaches to a terminal, which is opened when it does not exist. Undefined when the client's run is gone: it has
   * been told, and none of its input goes to another run. Throws `name_invalid`, `too_many_terminals`,
   * `too_many_streams`, `terminal_gone` (nothing to look on at) or `command_failed`.
   */
  async attach(
    open: OpenTerminal,
    request: Attach,
    sink: Sink,
  ): Promise<AttachedViewer | undefined> {
    const existing = this.#byName.get(open.terminal)
    if (request.run !== undefined && request.run !== existing?.run) {
      sink.send(goneAnswer(request, existing))
      return undefined
    }
    if (!existing && open.watch) throw new SkeinError('terminal_gone')
    const terminal = existing ?? (await this.#open(open, request))
    return { terminal, viewer: terminal.attach(request, sink, open.watch) }
  }

  /** Hangs up on a terminal's program and forgets it. False when there is none of that name. */
  async closeTerminal(name: string): Promise<boolean> {
    const terminal = this.#byName.get(name)
    if (!terminal) return false
    this.#byName.delete(name)
    this.#changed()
    await terminal.close()
    return true
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.allSettled(this.#opening.values())
    const all = [...this.#byName.values()]
    this.#byName.clear()
    await Promise.all(all.map((terminal) => terminal.close()))
  }

  /** Two who attach to a new name at once get one terminal. */
  async #open(open: OpenTerminal, size: Size): Promise<Terminal> {
    const opening = this.#opening.get(open.terminal) ?? this.#start(open, size)
    this.#opening.set(open.terminal, opening)
    try {
      return await opening
    } finally {
      this.#opening.delete(open.terminal)
    }
  }

  async #start({ terminal: name, command }: OpenTerminal, size: Size): Promise<Terminal> {
    if (!isTerminalName(name)) throw new SkeinError('name_invalid', { name })
    this.#makeRoom()
    const makeEmulator = await loadXterm()
    const terminal = new Terminal({
      name,
      run: randomBytes(16).toString('hex'),
      size: { cols: size.cols, rows: size.rows },
      clock: this.#options.clock,
      turns: this.#turns,
      makeEmulator,
      spawn: (handlers, first) => this.#spawn(command, handlers, first),
      onChange: () => this.#changed(),
    })
    this.#byName.set(name, terminal)
    this.#changed()
    return terminal
  }

  #spawn(
    wanted: readonly string[] | undefined,
    ...[handlers, size]: Parameters<SpawnChild>
  ): Program {
    const { clock, describe, start = (options) => new Child(options) } = this.#options
    const { command, cwd, env } = describe(wanted)
    const [file, ...args] = command
    if (file === undefined) throw new SkeinError('command_failed', { reason: 'it is empty' })
    try {
      return start({ ...handlers, ...size, command: [file, ...args], cwd, env, clock })
    } catch (caught) {
      const reason = caught instanceof Error ? caught.message : String(caught)
      throw new SkeinError('command_failed', { reason }, caught)
    }
  }

  /** A finished terminal gives its place to a new one. */
  #makeRoom(): void {
    if (this.#byName.size + this.#opening.size < MAX_TERMINALS) return
    const ended = [...this.#byName.values()].filter((terminal) => terminal.ended)
    const oldest = ended.sort((a, b) => a.endedMs - b.endedMs)[0]
    if (!oldest) throw new SkeinError('too_many_terminals', { limit: MAX_TERMINALS })
    this.#forget(oldest)
  }

  #forget(terminal: Terminal): void {
    this.#byName.delete(terminal.name)
    terminal.dispose()
    this.#changed()
  }

  async #sweepForever(): Promise<void> {
    for (;;) {
      await this.#options.clock.delay(SWEEP_MS, this.#stop.signal)
      await this.#sweep()
    }
  }

  async #sweep(): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs()
    const all = [...this.#byName.values()]
    for (const terminal of all) {
      if (terminal.ended && nowMs - terminal.endedMs > KEEP_ENDED_MS) this.#forget(terminal)
    }
    const limit = this.#options.sharedBytes ?? SHARED_BYTES
    let bytes = this.estimatedBytes
    for (const terminal of all.sort((a, b) => a.activeMs - b.activeMs)) {
      if (bytes <= limit) return
      // To draw a full screen as a snapshot takes milliseconds: nobody's keystroke waits for more than one.
      await othersTurn()
      if (this.#byName.get(terminal.name) !== terminal) continue
      bytes -= terminal.estimatedBytes
      terminal.trim()
      bytes += terminal.estimatedBytes
    }
  }

  #changed(): void {
    this.#options.onChange?.()
  }
}

function goneAnswer({ run, cols, rows }: Attach, existing: Terminal | undefined): Uint8Array {
  const answer = { run: existing?.run ?? run, mode: 'gone', from: 0, heard: 0, cols, rows }
  return encodeJson(NumberedType.attached, answer)
}
