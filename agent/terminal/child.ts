// A program in a PTY. Over node-pty this adds: input that waits for a program which does not read without spinning
// or blocking, an end that is told only after the last byte of output, and a child that is out of memory before the
// agent is.

import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'
import { constants } from 'node:os'
import { type IPty, spawn } from 'node-pty'
import type { Ended } from '#protocol/numbered/frames.ts'
import { markExpendable } from '../child/expendable.ts'
import type { Clock } from '../clock.ts'

/** How long a full input queue of the kernel is left alone, ms: doubling from the first to the second. */
const RETRY_MS = { first: 2, last: 50 } as const
/**
 * A program that ends may leave others behind that hold the PTY open. Output is taken to be drained when the PTY
 * was readable and silent for this long after the end, ms.
 */
const DRAIN_MS = 200
/** Between a polite and a certain end, ms. */
const KILL_AFTER_MS = 5000

export interface ChildOptions {
  readonly command: readonly [string, ...string[]]
  readonly cwd: string
  readonly env: Record<string, string>
  readonly cols: number
  readonly rows: number
  readonly clock: Clock
  readonly onData: (bytes: Uint8Array) => void
  /** After the last `onData`. */
  readonly onEnd: (ended: Ended) => void
}

/** What a terminal runs. */
export type Program = Pick<
  Child,
  'pid' | 'waitingBytes' | 'type' | 'pause' | 'resume' | 'resize' | 'kill'
>

/** node-pty 1.1.0 from the inside: what input and drained output need and its interface does not give. */
interface PtyInside {
  readonly fd: number
  readonly _socket: Socket
}

interface Typed {
  bytes: Uint8Array
  readonly done: () => void
}

export class Child {
  readonly pid: number
  readonly #pty: IPty
  readonly #inside: PtyInside
  readonly #clock: Clock
  readonly #typed: Typed[] = []
  #waitingBytes = 0
  #retryMs = 0
  #paused = false
  #ended = false
  #lastDataMs = 0

  /** Throws when the kernel gives no PTY or no process. */
  constructor(options: ChildOptions) {
    const [file, ...args] = options.command
    const { cols, rows, cwd, env } = options
    this.#clock = options.clock
    this.#pty = spawn(file, args, {
      cols,
      rows,
      cwd,
      env,
      encoding: null,
      name: env.TERM ?? 'xterm',
    })
    this.#inside = this.#pty as unknown as PtyInside
    this.pid = this.#pty.pid
    markExpendable(this.pid)
    this.#drainBeforeClose()
    // With `encoding: null` the data are bytes, whatever the declared type says.
    this.#pty.onData((data: unknown) => {
      this.#lastDataMs = this.#clock.monotonicMs()
      options.onData(data as Uint8Array)
    })
    this.#pty.onExit(({ exitCode, signal }) => {
      this.#ended = true
      for (const { done } of this.#typed.splice(0)) done()
      options.onEnd(signal ? { signal: signalName(signal) } : { status: exitCode })
    })
  }

  /** Bytes that wait for the program to read. */
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  /** Types; `done` is called once the kernel has it all, or the program has ended. */
  type(bytes: Uint8Array, done: () => void = () => {}): void {
    if (this.#ended) {
      done()
      return
    }
    this.#typed.push({ bytes, done })
    this.#waitingBytes += bytes.length
    if (this.#typed.length === 1) this.#write()
  }

  pause(): void {
    this.#paused = true
    if (!this.#ended) this.#pty.pause()
  }

  resume(): void {
    this.#paused = false
    if (!this.#ended) this.#pty.resume()
  }

  resize(cols: number, rows: number): void {
    if (!this.#isClosed()) this.#pty.resize(cols, rows)
  }

  /** Hangs up on the whole session; what does not end is killed. Resolves when the program has ended. */
  async kill(): Promise<void> {
    this.resume()
    this.signal('SIGHUP')
    const until = this.#clock.monotonicMs() + KILL_AFTER_MS
    while (!this.#ended && this.#clock.monotonicMs() < until) await this.#clock.delay(RETRY_MS.last)
    this.signal('SIGKILL')
  }

  /** To the program and its process group; nothing once it has ended. */
  signal(signal: NodeJS.Signals): void {
    if (this.#ended) return
    try {
      // A program in a PTY leads its session and process group.
      process.kill(-this.pid, signal)
    } catch {
      // It has ended in this moment; `onEnd` says so.
    }
  }

  #isClosed(): boolean {
    return this.#ended || this.#inside._socket.destroyed
  }

  /** A descriptor that was closed may be another file by now, so this never writes after the end. */
  #write(): void {
    for (let next = this.#typed[0]; next && !this.#isClosed(); next = this.#typed[0]) {
      const written = tryWrite(this.#inside.fd, next.bytes)
      this.#waitingBytes -= written
      if (written < next.bytes.length) {
        next.bytes = next.bytes.subarray(written)
        this.#retryMs = written > 0 ? RETRY_MS.first : Math.min(this.#retryMs * 2, RETRY_MS.last)
        this.#clock.delay(Math.max(this.#retryMs, RETRY_MS.first)).then(
          () => this.#write(),
          () => {},
        )
        return
      }
      this.#typed.shift()
      next.done()
    }
  }

  /**
   * node-pty destroys its socket 200 ms after the program's end, whether it was read to its end or not: output that
   * flow control held back would be lost. So that call is taken to mean `has ended`, and is made when it is drained.
   * (A destroy with an error is the kernel's own end of the PTY, after the last byte.)
   */
  #drainBeforeClose(): void {
    const socket = this.#inside._socket
    const destroy = socket.destroy.bind(socket)
    const drained = async () => {
      let silentSince = this.#clock.monotonicMs()
      while (!socket.destroyed && this.#clock.monotonicMs() - silentSince < DRAIN_MS) {
        await this.#clock.delay(DRAIN_MS / 4)
        if (this.#paused) silentSince = this.#clock.monotonicMs()
        else silentSince = Math.max(silentSince, this.#lastDataMs)
      }
      destroy()
    }
    socket.destroy = (error) => {
      if (error) return destroy(error)
      drained().catch(() => destroy())
      return socket
    }
    // Without a second listener node-pty throws what it does not expect, past everybody; the end is told anyhow.
    socket.on('error', () => {})
  }
}

/** Writes what the kernel takes now: a PTY's input holds about 4 kB that its program has not read. */
function tryWrite(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes)
  } catch (caught) {
    const code = (caught as NodeJS.ErrnoException).code
    // EIO: nobody has the other side open any more; what is typed goes nowhere.
    return code === 'EAGAIN' || code === 'EINTR' ? 0 : bytes.length
  }
}

function signalName(number: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === number)
  return found?.[0] ?? `SIG${number}`
}
