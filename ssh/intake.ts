// What a client has sent and what is read of it when: in pieces, so that others get their turn, and no faster than small
// packets are paid for (pace.ts).

import type { Duplex } from 'node:stream'
import { EARNING_BYTES, Pace, type PaceRule, SMALL_BYTES } from './pace.ts'
import { turns } from './turns.ts'

/** Nothing is read any more when so much is unsent, bytes: answers to a client that asks and never reads. */
const CHOKED_BYTES = 1024 * 1024
/**
 * Input is parsed in pieces, and others get a turn after so many milliseconds: a chunk of 64 kB may hold 2,000 packets, of
 * which each costs up to 0.1 ms with its answer. Pieces are as large as takes well less than a turn: large while packets are,
 * since a packet that is cut costs a copy, and down to a dozen of the smallest.
 */
const TURN_MS = 1
const PIECE_MS = 0.25
const LARGE_PIECE_BYTES = 64 * 1024
const SMALL_PIECE_BYTES = 1024
/** So few packets are none: who downloads sends little but wider windows, and a turn goes by with what they let out. */
const FEW_PACKETS = 8

export interface IntakeParts {
  readonly clock: { monotonicMs(): number; delay(ms: number, signal?: AbortSignal): Promise<void> }
  /** Of this connection alone. */
  readonly own: PaceRule
  /** Of all connections of the client's address; until `share` says whose they are. */
  readonly sender: Pace | undefined
  /** Never throws. */
  parse(piece: Buffer): void
}

export class Intake {
  readonly #duplex: Duplex
  readonly #parts: IntakeParts
  readonly #own: Pace
  /** Of whoever sends, over all their connections. */
  #sender: Pace | undefined
  /** What was read and not parsed yet. */
  #input: Buffer | undefined
  #isResting = false
  #isOver = false
  #pieceBytes = SMALL_PIECE_BYTES
  /** Packets and bytes of this turn. */
  #packets = 0
  #bytes = 0

  constructor(duplex: Duplex, parts: IntakeParts) {
    this.#duplex = duplex
    this.#parts = parts
    this.#own = new Pace(parts.own, () => parts.clock.monotonicMs())
    this.#sender = parts.sender
  }

  /** What comes from now on is paced with all that this sender sends elsewhere. */
  share(pace: Pace | undefined): void {
    this.#sender = pace
  }

  push(bytes: Buffer): void {
    if (this.#isOver || bytes.length === 0) return
    this.#input = this.#input ? Buffer.concat([this.#input, bytes]) : bytes
    if (!this.#isResting) this.#read()
  }

  /** A packet was parsed. */
  count(packetBytes: number): void {
    this.#packets++
    if (packetBytes >= SMALL_BYTES) this.earn(packetBytes)
    else this.spend()
  }

  /** A small packet passed, of the client's or in answer to it. */
  spend(): void {
    this.#own.spend(1)
    this.#sender?.spend(1)
  }

  /** So many bytes of a transfer passed. */
  earn(bytes: number): void {
    this.#own.earn(bytes / EARNING_BYTES)
    this.#sender?.earn(bytes / EARNING_BYTES)
  }

  /** The client reads again. */
  drained(): void {
    if (this.#duplex.isPaused() && !this.#isResting) this.#goOn()
  }

  /** Reads nothing more. */
  stop(): void {
    this.#isOver = true
    this.#input = undefined
  }

  /** Parses until the input is used up, the turn is over, or the client should first pay or read its answers. */
  #read(): void {
    const endMs = performance.now() + TURN_MS
    this.#packets = 0
    this.#bytes = 0
    while (this.#input && !this.#isOver && !this.#isResting) {
      if (this.#duplex.writableNeedDrain && this.#duplex.writableLength > CHOKED_BYTES) {
        this.#duplex.pause()
        return
      }
      const owedMs = Math.max(this.#own.owedMs, this.#sender?.owedMs ?? 0)
      if (owedMs > 0) this.#rest((go) => this.#parts.clock.delay(owedMs).then(go, go))
      else {
        this.#parse(this.#input)
        if (this.#input && performance.now() > endMs) this.#rest((go) => this.#nextTurn(go))
      }
    }
  }

  #parse(input: Buffer): void {
    const beganMs = performance.now()
    const piece = input.subarray(0, this.#pieceBytes)
    this.#input = piece.length < input.length ? input.subarray(piece.length) : undefined
    this.#bytes += piece.length
    this.#parts.parse(piece)
    const isLong = performance.now() - beganMs > PIECE_MS
    const bytes = isLong ? this.#pieceBytes / 4 : this.#pieceBytes * 2
    this.#pieceBytes = Math.min(Math.max(bytes, SMALL_PIECE_BYTES), LARGE_PIECE_BYTES)
  }

  /** `until` calls back when it is this connection's turn again. */
  #rest(until: (go: () => void) => unknown): void {
    this.#isResting = true
    this.#duplex.pause()
    until(() => {
      this.#isResting = false
      this.#goOn()
    })
  }

  #nextTurn(go: () => void): void {
    // On average of a turn: a flood and no transfer.
    const isFlood = this.#packets > FEW_PACKETS && this.#bytes < this.#packets * SMALL_BYTES
    if (isFlood) turns.next(go)
    else setImmediate(go)
  }

  #goOn(): void {
    if (this.#isOver) return
    this.#read()
    if (!this.#input && !this.#isResting) this.#duplex.resume()
  }
}
