// A line to a peer, and what has been heard over it: of the records there, and of what is on its way to the disk here.

import { encode } from '../replica/codec.ts'
import type { Span } from '../replica/delta.ts'
import type { Effect } from '../replica/effect.ts'
import type { PeerLine } from '../wire/peer-line.ts'
import { Outlet } from './outlet.ts'

type Send = Effect & { readonly type: 'send' }

export class Ear {
  readonly line: PeerLine
  /** It has the same database, so that there is nothing to exchange. */
  isMember: boolean
  /** What the peer has said that it has heard of. */
  theirs: readonly Span[] | undefined
  readonly #outlet: Outlet
  #storing: Promise<void> | undefined

  constructor(line: PeerLine, isMember: boolean) {
    this.line = line
    this.isMember = isMember
    this.#outlet = new Outlet(line, encode)
  }

  send(message: Send['message'], priority: Send['priority']): void {
    this.#outlet.send(message, priority)
  }

  /** `work` stores what the peer pushed; it must not reject. */
  storing(work: Promise<void>): void {
    const storing = Promise.all([this.#storing, work]).then(() => {
      if (this.#storing === storing) this.#storing = undefined
    })
    this.#storing = storing
  }

  /**
   * Its word that ours is durable there waits until what it pushed before is stored here: of two that took one code in the
   * same moment, whoever waited for that word must then see what the other wrote before it.
   */
  onceStored(hear: () => void): void {
    if (this.#storing) void this.#storing.then(hear)
    else hear()
  }
}
