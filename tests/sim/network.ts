// A network that fails in every way a real one does: loss, delay, duplication, reordering, partitions, and cuts in
// one direction. It knows positions, not machines.

import type { Agenda } from './agenda.ts'
import type { Chance } from './chance.ts'

export interface Weather {
  /** Shares of datagrams, 0 to 1. */
  loss: number
  duplication: number
  /** One way, ms; each datagram draws its own, so that they overtake one another. */
  delayMin: number
  delayMax: number
}

/** A stream carries on where datagrams are lost; it only gets slower, ms. */
const STREAM_RETRY_MS = 200

export class Network {
  readonly weather: Weather = { loss: 0, duplication: 0, delayMin: 0.2, delayMax: 2 }
  readonly #agenda: Agenda
  readonly #chance: Chance
  /** Which side of a partition each position is on; all are 0 when there is none. */
  readonly #sides: number[]
  readonly #cuts = new Set<string>()

  constructor(agenda: Agenda, chance: Chance, size: number) {
    this.#agenda = agenda
    this.#chance = chance
    this.#sides = Array<number>(size).fill(0)
  }

  split(sides: readonly number[]): void {
    sides.forEach((side, i) => {
      this.#sides[i] = side
    })
  }

  cut(from: number, to: number): void {
    this.#cuts.add(`${from}>${to}`)
  }

  mend(from: number, to: number): void {
    this.#cuts.delete(`${from}>${to}`)
  }

  heal(): void {
    this.#sides.fill(0)
    this.#cuts.clear()
  }

  passes(from: number, to: number): boolean {
    return this.#sides[from] === this.#sides[to] && !this.#cuts.has(`${from}>${to}`)
  }

  passesBothWays(a: number, b: number): boolean {
    return this.passes(a, b) && this.passes(b, a)
  }

  datagram(from: number, to: number, arrive: () => void): void {
    const { loss, duplication } = this.weather
    if (!this.passes(from, to) || this.#chance.hits(loss)) return
    this.#agenda.after(this.#delayMs(), arrive)
    if (this.#chance.hits(duplication)) this.#agenda.after(this.#delayMs(), arrive)
  }

  stream(from: number, to: number, arrive: () => void): void {
    if (!this.passesBothWays(from, to)) return
    let delayMs = 2 * this.#delayMs()
    while (this.#chance.hits(this.weather.loss)) delayMs += STREAM_RETRY_MS
    this.#agenda.after(delayMs, arrive)
  }

  #delayMs(): number {
    return this.#chance.between(this.weather.delayMin, this.weather.delayMax)
  }
}
