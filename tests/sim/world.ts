// A whole cluster in one process under one seed: peers, their network, and the notes from which the invariants are
// checked.

import type { Effect } from '../../server/cluster/swim/effect.ts'
import type { Rules } from '../../server/cluster/swim/rules.ts'
import { Agenda } from './agenda.ts'
import type { Chance } from './chance.ts'
import { Network } from './network.ts'
import { SimPeer } from './peer.ts'

export interface Verdict {
  readonly observer: SimPeer
  readonly effect: Extract<Effect, { type: 'changed' }>
}

export class World {
  readonly agenda = new Agenda()
  readonly network: Network
  readonly peers: readonly SimPeer[]
  /** Verdicts since they were looked at last. */
  verdicts: Verdict[] = []
  /** Peers that stepped since they were looked at last. */
  readonly stepped = new Set<SimPeer>()
  #trace = 0x811c9dc5

  constructor(chance: Chance, size: number, rules?: Rules) {
    this.network = new Network(this.agenda, chance.split(), size)
    const parts = {
      agenda: this.agenda,
      rules,
      address: (position: number) => `10.0.0.${position}:7534`,
      perform: (peer: SimPeer, effects: readonly Effect[]) => this.#perform(peer, effects),
    }
    this.peers = Array.from(
      { length: size },
      (_, i) => new SimPeer(i, { ...parts, chance: chance.split() }),
    )
  }

  get running(): readonly SimPeer[] {
    return this.peers.filter(({ isUp }) => isUp)
  }

  byId(id: string): SimPeer | undefined {
    return this.peers.find((peer) => peer.id === id)
  }

  /** A hash of everything that happened, in order: equal for equal seeds. */
  get trace(): string {
    return (this.#trace >>> 0).toString(16)
  }

  #perform(peer: SimPeer, effects: readonly Effect[]): void {
    this.stepped.add(peer)
    this.#note(`${this.agenda.nowMs}:${peer.position}:${effects.length}`)
    for (const effect of effects) {
      if (effect.type === 'send') this.#send(peer, effect)
      if (effect.type === 'changed') this.verdicts.push({ observer: peer, effect })
    }
  }

  #send(peer: SimPeer, { to, over, message }: Extract<Effect, { type: 'send' }>): void {
    this.#note(`${to}:${message.type}:${message.news.length}`)
    const target = this.peers.find(({ position }) => to === `10.0.0.${position}:7534`)
    if (!target) return
    const from = `10.0.0.${peer.position}:7534`
    const arrive = () => target.hear(message, from, over)
    if (over === 'stream') this.network.stream(peer.position, target.position, arrive)
    else this.network.datagram(peer.position, target.position, arrive)
  }

  /** FNV-1a. */
  #note(text: string): void {
    for (let i = 0; i < text.length; i++) {
      this.#trace = Math.imul(this.#trace ^ text.charCodeAt(i), 0x01000193)
    }
  }
}
