// One simulated peer: the real machine with a clock that drifts and steps, a process that may crash, stand still and
// come back, and an ear for what arrives meanwhile.

import { makeId, type PeerId } from '../../protocol/ids.ts'
import { decode, encode } from '../../server/cluster/swim/codec.ts'
import type { Carrier, Effect } from '../../server/cluster/swim/effect.ts'
import type { Message } from '../../server/cluster/swim/message.ts'
import type { Rules } from '../../server/cluster/swim/rules.ts'
import { type Input, Swim } from '../../server/cluster/swim/swim.ts'
import type { Agenda } from './agenda.ts'
import type { Chance } from './chance.ts'

const STARTED_AT_MS = 1_800_000_000_000
/** A driver lets the farewells go out before it ends. */
const FAREWELL_MS = 700
/** One message in so many goes through its bytes, which is slow. */
const CODED = 1 / 32

export interface SimPeerParts {
  readonly agenda: Agenda
  readonly chance: Chance
  readonly rules: Rules | undefined
  readonly address: (position: number) => string
  readonly perform: (peer: SimPeer, effects: readonly Effect[]) => void
}

export class SimPeer {
  readonly position: number
  readonly id: PeerId
  /** Its clock runs this much faster than true time. */
  readonly drift: number
  wallOffsetMs = 0
  boot = 0
  machine: Swim | undefined
  /** True time until which the process stands still. */
  stalledUntilMs = 0
  readonly #parts: SimPeerParts
  readonly #chance: Chance
  #waiting: Input[] = []
  #timer = 0

  constructor(position: number, parts: SimPeerParts) {
    this.position = position
    this.#parts = parts
    this.#chance = parts.chance
    this.drift = parts.chance.between(-0.001, 0.001)
    const random = Uint8Array.from({ length: 10 }, () => parts.chance.whole(0, 255))
    this.id = makeId<'peer'>(STARTED_AT_MS + position, random)
  }

  get isUp(): boolean {
    return this.machine !== undefined
  }

  get isStalled(): boolean {
    return this.stalledUntilMs > this.#parts.agenda.nowMs
  }

  start(seeds: readonly string[]): void {
    this.boot += 1
    const run = `${this.position}.${this.boot}.${this.#chance.whole(0, 1e9)}`
    const contact = { run, address: this.#parts.address(this.position), metadata: '{}' }
    const { rules } = this.#parts
    const random = this.#chance.split().next
    const self = { id: this.id, boot: this.boot, contact }
    this.machine = new Swim({ self, random, ...(rules && { rules }) })
    this.take({ type: 'join', seeds })
  }

  crash(): void {
    this.machine = undefined
    this.#waiting = []
    this.#timer += 1
    this.stalledUntilMs = 0
  }

  stall(ms: number): void {
    const { agenda } = this.#parts
    this.stalledUntilMs = agenda.nowMs + ms
    agenda.after(ms, () => this.#wake())
  }

  hear(message: Message, from: string, over: Carrier): void {
    const carried = this.#chance.hits(CODED) ? decode(encode(message)) : message
    this.take({ type: 'message', message: carried, from, over })
  }

  /** What comes while the process stands still waits for it. */
  take(input: Input): void {
    if (!this.machine) return
    if (this.isStalled) this.#waiting.push(input)
    else this.#step(input)
  }

  #wake(): void {
    if (!this.machine || this.isStalled) return
    const waiting = this.#waiting
    this.#waiting = []
    // An event loop looks at its timers first.
    this.#step({ type: 'tick' })
    for (const input of waiting) this.take(input)
  }

  #step(input: Input): void {
    const { machine } = this
    if (!machine) return
    const trueMs = this.#parts.agenda.nowMs
    const monotonicMs = trueMs * (1 + this.drift)
    const wallMs = STARTED_AT_MS + Math.floor(trueMs) + this.wallOffsetMs
    const effects = machine.step({ monotonicMs, wallMs }, input)
    this.#parts.perform(this, effects)
    if (input.type === 'leave') this.#parts.agenda.after(FAREWELL_MS, () => this.#quit(machine))
    this.#setTimer(machine)
  }

  #quit(machine: Swim): void {
    if (this.machine === machine) this.crash()
  }

  #setTimer(machine: Swim): void {
    if (!Number.isFinite(machine.wakeAtMs)) return
    this.#timer += 1
    const timer = this.#timer
    const atMs = machine.wakeAtMs / (1 + this.drift) + 0.001
    this.#parts.agenda.at(atMs, () => {
      if (timer === this.#timer) this.take({ type: 'tick' })
    })
  }
}
