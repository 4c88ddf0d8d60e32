// Who could have heard whom, and since when: what the network really did, against which the peers' verdicts are held.

import type { World } from './world.ts'

/** For each pair the last moment, in true time, at which neither a direct way nor one through a third peer was open. */
export class Connected {
  readonly #world: World
  readonly #lastApartMs: number[][]

  constructor(world: World) {
    this.#world = world
    const { length } = world.peers
    this.#lastApartMs = Array.from({ length }, () => Array<number>(length).fill(0))
  }

  /** Called before and after each change of the network or of a process. */
  note(): void {
    const { peers, agenda } = this.#world
    for (const a of peers) {
      for (const b of peers) {
        const row = this.#lastApartMs[a.position]
        if (row && a !== b && !this.#isOpen(a.position, b.position)) {
          row[b.position] = agenda.nowMs
        }
      }
    }
  }

  /** For how long, ms, the two could hear one another without a break, both awake. */
  sinceMs(a: number, b: number): number {
    if (!this.#isOpen(a, b)) return 0
    return this.#world.agenda.nowMs - (this.#lastApartMs[a]?.[b] ?? 0)
  }

  #isOpen(a: number, b: number): boolean {
    const { peers, network } = this.#world
    const isAwake = (i: number): boolean => {
      const peer = peers[i]
      return peer?.isUp === true && !peer.isStalled && peer.machine?.self.state !== 'left'
    }
    if (!isAwake(a) || !isAwake(b)) return false
    if (network.passesBothWays(a, b)) return true
    return peers.some(
      ({ position: r }) =>
        r !== a &&
        r !== b &&
        isAwake(r) &&
        network.passesBothWays(a, r) &&
        network.passesBothWays(r, b),
    )
  }
}
