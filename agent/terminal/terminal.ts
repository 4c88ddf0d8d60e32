// One named PTY with its output's ring, its screen and its viewers. The output is kept once; the screen and every
// viewer read it at their own pace, and the program waits only for the screen and for who drives.

import type { TerminalInfo } from '#protocol/api/timeline.ts'
import { SkeinError } from '#protocol/errors.ts'
import { type Attach, type Attached, type Ended, NumberedType } from '#protocol/numbered/frames.ts'
import { InputLedger } from '#protocol/numbered/ledger.ts'
import { OutRing } from '#protocol/numbered/ring.ts'
import type { Clock } from '../clock.ts'
import type { ChildOptions, Program } from './child.ts'
import { Driver, RETURN_MS, STALL_MS } from './driver.ts'
import { mustPause } from './flow.ts'
import { ScreenReader, type Snapshot } from './reader.ts'
import { Screen } from './screen.ts'
import { type Size, Sizes } from './sizes.ts'
import type { ParseTurns } from './turns.ts'
import { CREDIT_BYTES, type Sink, Viewer } from './viewer.ts'
import type { MakeEmulator } from './xterm.ts'

/** Output that comes this soon after the last is sent together, ms; the first after a pause goes at once. */
const COALESCE_MS = 3
const COALESCE_BYTES = 64 * 1024
/**
 * Plain text asks nothing, so its parsing waits until somebody wants to see the screen. When there is so much of it, bytes,
 * that most has scrolled away unseen, that part is left out: a log that nobody comes back to is never parsed.
 */
const LAZY_BYTES = 256 * 1024
/** What a program has not read of what was typed, bytes. */
const MAX_TYPED_BYTES = 2 * 1024 * 1024
export const MAX_VIEWERS = 32
/** What a trimmed terminal's ring keeps, bytes. */
const TRIMMED_RING_BYTES = 64 * 1024
const ESC = 0x1b
/** UTF-8's first byte of the C1 controls, which may begin a query as ESC does. */
const C1_LEAD = 0xc2

export type SpawnChild = (handlers: Pick<ChildOptions, 'onData' | 'onEnd'>, size: Size) => Program

export interface TerminalOptions {
  readonly name: string
  readonly run: string
  readonly size: Size
  readonly clock: Clock
  readonly turns: ParseTurns
  readonly makeEmulator: MakeEmulator
  readonly spawn: SpawnChild
  /** Viewers came or went, the title changed, or the program ended. */
  readonly onChange: () => void
}

export class Terminal {
  readonly name: string
  readonly run: string
  readonly ring = new OutRing()
  readonly sizes: Sizes
  readonly #options: TerminalOptions
  readonly #clock: Clock
  readonly #child: Program
  readonly #screen: Screen
  readonly #reader: ScreenReader
  readonly #ledger: InputLedger
  readonly #driver = new Driver()
  readonly #viewers = new Set<Viewer>()
  readonly #startedAt = new Date().toISOString()
  readonly #stop = new AbortController()
  readonly #alarms = new Set<string>()
  #ended: Ended | undefined
  #endedMs = 0
  #paused = false
  #flushedMs = 0
  #activeMs = 0

  /** Throws when no process can be had. */
  constructor(options: TerminalOptions) {
    const { clock, size, makeEmulator } = options
    this.name = options.name
    this.run = options.run
    this.#options = options
    this.#clock = clock
    this.sizes = new Sizes(size)
    this.#screen = new Screen(makeEmulator, {
      ...size,
      onAnswer: (text) => this.#child.type(Buffer.from(text)),
    })
    this.#reader = new ScreenReader(this.ring, this.#screen, this.sizes)
    this.#ledger = new InputLedger(() => clock.monotonicMs())
    this.#activeMs = clock.monotonicMs()
    this.#child = options.spawn(
      { onData: (bytes) => this.#output(bytes), onEnd: (ended) => this.#end(ended) },
      size,
    )
  }

  get ended(): Ended | undefined {
    return this.#ended
  }

  /** Monotonic; 0 while it runs. */
  get endedMs(): number {
    return this.#endedMs
  }

  /** When it last had output or input, monotonic ms. */
  get activeMs(): number {
    return this.#activeMs
  }

  get estimatedBytes(): number {
    return this.ring.allocatedBytes + this.#screen.estimatedBytes
  }

  get info(): TerminalInfo {
    const { cols, rows } = this.sizes.latest
    return {
      name: this.name,
      title: this.#screen.title,
      cols,
      rows,
      viewers: this.#viewers.size,
      startedAt: this.#startedAt,
      ...(this.#ended ? { ended: this.#ended } : {}),
    }
  }

  /** The screen at the newest position that is parsed, and at the end where only plain text waits. */
  snapshot(): Snapshot {
    if (!this.#options.turns.has(this)) this.#reader.parseTo(this.ring.end)
    return this.#reader.snapshot()
  }

  nowMs(): number {
    return this.#clock.monotonicMs()
  }

  /**
   * Answers an attach to this run and sends what follows from it. A client that attaches again replaces its older
   * connection. `watches`: it types nothing and never drives. Throws `too_many_streams` beyond MAX_VIEWERS.
   */
  attach(request: Attach, sink: Sink, watches = false): Viewer {
    for (const viewer of this.#viewers) {
      if (viewer.client !== request.client) continue
      this.detach(viewer, { lost: true })
      viewer.replaced()
    }
    if (this.#viewers.size >= MAX_VIEWERS) {
      throw new SkeinError('too_many_streams', { limit: MAX_VIEWERS })
    }
    const heard = this.#ledger.attach(request.client, request.sent, request.run !== undefined)
    const resumed = this.#resumesFrom(request)
    if (resumed === undefined) this.#reader.parseTo(this.ring.end)
    const snapshot = resumed === undefined ? this.snapshot() : undefined
    const viewer = this.#addViewer(request, snapshot?.at ?? resumed ?? 0, sink, watches)
    viewer.sendJson(NumberedType.attached, this.#answer(snapshot, resumed ?? 0, heard))
    if (snapshot) viewer.sendSnapshot(snapshot)
    if (!watches) this.#drive(viewer)
    this.#tellViewers()
    viewer.flush()
    this.#control()
    return viewer
  }

  /** `lost`: the connection broke, so the client may come back for what it missed. */
  detach(viewer: Viewer, { lost }: { lost: boolean }): void {
    if (!this.#viewers.delete(viewer)) return
    this.#ledger.detach(viewer.client)
    if (viewer.client === this.#driver.client) {
      if (lost) this.#driver.lose(viewer.acked, this.#clock.monotonicMs())
      else this.#driver.leave()
      this.#alarm('return', RETURN_MS, () => this.#control())
    }
    this.#tellViewers()
    this.#control()
  }

  /** Input by its number. Throws `too_large` when the program reads nothing and too much waits. */
  input(viewer: Viewer, at: number, bytes: Uint8Array): void {
    if (this.#child.waitingBytes + bytes.length > MAX_TYPED_BYTES) {
      throw new SkeinError('too_large', { thing: 'input that waits', limit: '2 MB' })
    }
    const fresh = this.#ledger.take(viewer.client, at, bytes)
    if (fresh.length === 0) return
    const heard = this.#ledger.heard(viewer.client)
    this.#activeMs = this.#clock.monotonicMs()
    this.#driver.take(viewer.client)
    this.#applySize(viewer.size)
    // What answers a key waits for nothing.
    this.#flushedMs = Number.NEGATIVE_INFINITY
    this.#child.type(fresh, () => {
      if (this.#viewers.has(viewer)) viewer.sendAt(NumberedType.ackIn, heard)
    })
  }

  /** A viewer's window: the terminal takes its size while that viewer drives. */
  resize(viewer: Viewer, size: Size): void {
    viewer.size = size
    if (viewer.client === this.#driver.client) this.#applySize(size)
  }

  acked(viewer: Viewer, position: number): void {
    viewer.ack(position)
    viewer.flush()
    this.#control()
  }

  drained(viewer: Viewer): void {
    viewer.drained()
    this.#control()
  }

  parseSlice(): boolean {
    const { title } = this.#screen
    const more = this.#reader.parseSlice()
    if (title !== this.#screen.title) this.#options.onChange()
    if (this.#paused) this.#control()
    return more
  }

  /** Gives back memory that an idle terminal does not need. Nothing of its screen is lost. */
  trim(): void {
    // To wake a screen for a little plain text, only to put it to sleep again, costs more than all else of a log's terminal.
    const restsOn = this.#screen.isAsleep && this.#reader.behindBytes < LAZY_BYTES
    if (!restsOn) {
      this.#reader.parseAll()
      this.#reader.sleep()
    }
    this.ring.trim(Math.max(TRIMMED_RING_BYTES, this.#reader.behindBytes))
  }

  /** Ends the program, then gives everything back. */
  async close(): Promise<void> {
    await this.#child.kill()
    this.dispose()
  }

  dispose(): void {
    this.#stop.abort()
    this.#options.turns.drop(this)
    this.#screen.close()
  }

  #output(bytes: Uint8Array): void {
    // What the ring is about to drop must have been parsed.
    this.#reader.parseTo(this.ring.end + bytes.length - this.ring.capacityBytes)
    this.ring.append(bytes)
    this.#activeMs = this.#clock.monotonicMs()
    const mayAsk = !this.#screen.isAtRest || bytes.includes(ESC) || bytes.includes(C1_LEAD)
    if (mayAsk || this.#mustParse()) this.#options.turns.want(this)
    this.#flushSoon()
    this.#control()
  }

  #mustParse(): boolean {
    if (this.#reader.behindBytes < LAZY_BYTES) return false
    return this.#options.turns.has(this) || !this.#reader.leap()
  }

  #end(ended: Ended): void {
    this.#reader.parseAll()
    this.#ended = ended
    this.#endedMs = this.#clock.monotonicMs()
    this.#flush()
    this.#options.onChange()
  }

  /** Where a client goes on without a snapshot: undefined when it cannot. */
  #resumesFrom({ run, seen }: Attach): number | undefined {
    if (run === undefined) return this.ring.end === 0 && !this.#ended ? 0 : undefined
    return seen !== undefined && this.ring.holds(seen) ? seen : undefined
  }

  #answer(snapshot: Snapshot | undefined, from: number, heard: number): Attached {
    const { cols, rows } = snapshot ?? this.sizes.at(from)
    const mode = snapshot ? 'snapshot' : 'resume'
    return { run: this.run, mode, from: snapshot?.at ?? from, heard, cols, rows }
  }

  #addViewer(
    { client, label, cols, rows }: Attach,
    from: number,
    sink: Sink,
    watches: boolean,
  ): Viewer {
    const size = { cols, rows }
    const viewer = new Viewer({ client, label, size, from, sink, source: this, watches })
    this.#viewers.add(viewer)
    return viewer
  }

  #drive(viewer: Viewer): void {
    const { client } = this.#driver
    const isAttached = this.#driving() !== undefined && client !== viewer.client
    this.#driver.attach(viewer.client, isAttached, this.#clock.monotonicMs())
    if (this.#driver.client === viewer.client) this.#applySize(viewer.size)
  }

  #driving(): Viewer | undefined {
    for (const viewer of this.#viewers) if (viewer.client === this.#driver.client) return viewer
    return undefined
  }

  /** When the driver has left, and is not waited for any more, whoever is there the longest and may type drives. */
  #inherit(nowMs: number): Viewer | undefined {
    const heir = [...this.#viewers].find(({ watches }) => !watches)
    if (!heir || this.#driver.isAwaited(nowMs)) return undefined
    this.#driver.take(heir.client)
    this.#applySize(heir.size)
    return heir
  }

  #applySize({ cols, rows }: Size): void {
    const { latest } = this.sizes
    if (this.#ended || (latest.cols === cols && latest.rows === rows)) return
    this.#child.resize(cols, rows)
    this.sizes.add(this.ring.end, { cols, rows })
    this.#options.turns.want(this)
    this.#flush()
    this.#options.onChange()
  }

  #tellViewers(): void {
    const labels = [...this.#viewers].map(({ label, client }) => label ?? client)
    const viewers = { count: this.#viewers.size, labels }
    for (const viewer of this.#viewers) viewer.sendJson(NumberedType.viewers, viewers)
    this.#options.onChange()
  }

  #flushSoon(): void {
    const waitedMs = this.#clock.monotonicMs() - this.#flushedMs
    if (waitedMs >= COALESCE_MS || this.#mostUnsent() >= COALESCE_BYTES) this.#flush()
    else this.#alarm('flush', COALESCE_MS, () => this.#flush())
  }

  #mostUnsent(): number {
    let most = 0
    for (const viewer of this.#viewers) most = Math.max(most, viewer.unsentBytes)
    return most
  }

  #flush(): void {
    this.#flushedMs = this.#clock.monotonicMs()
    for (const viewer of this.#viewers) viewer.flush()
  }

  /** Lets the program run or wait, and gives up on viewers that nobody waits for. */
  #control(): void {
    const nowMs = this.#clock.monotonicMs()
    const driving = this.#driving() ?? this.#inherit(nowMs)
    const isStalled = driving !== undefined && nowMs - driving.sentMs > STALL_MS
    for (const viewer of this.#viewers) {
      if (viewer.unsentBytes < CREDIT_BYTES || (viewer === driving && !isStalled)) continue
      viewer.giveUp()
    }
    const pause = mustPause({
      paused: this.#paused,
      end: this.ring.end,
      ringBytes: this.ring.capacityBytes,
      unparsedBytes: this.#reader.behindBytes,
      driverUnsentBytes: isStalled ? undefined : driving?.unsentBytes,
      heldFrom: this.#driver.heldFrom(nowMs),
    })
    if (pause) this.#alarm('control', STALL_MS / 5, () => this.#control())
    if (pause === this.#paused) return
    this.#paused = pause
    if (pause) this.#options.turns.want(this)
    if (pause) this.#child.pause()
    else this.#child.resume()
  }

  /** Runs something later, once however often it is asked for meanwhile. */
  #alarm(name: string, ms: number, run: () => void): void {
    if (this.#alarms.has(name)) return
    this.#alarms.add(name)
    this.#clock.delay(ms, this.#stop.signal).then(
      () => {
        this.#alarms.delete(name)
        run()
      },
      () => {},
    )
  }
}
