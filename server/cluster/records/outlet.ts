// What waits to go out on one line. Little lies in the line itself, so that what is urgent waits for little: a revocation
// goes before everything, what was just written before answers.

import type { Effect, Priority } from '../replica/effect.ts'
import type { PeerLine } from '../wire/peer-line.ts'

/** Unsent bytes in the line above which the rest waits here: some milliseconds of a slow uplink. */
const MAX_UNSENT_BYTES = 64 * 1024
const ORDER: readonly Priority[] = ['urgent', 'live', 'bulk']

export class Outlet {
  readonly #line: PeerLine
  readonly #encode: (message: Message) => Uint8Array
  readonly #waiting = { urgent: [], live: [], bulk: [] } as Record<Priority, Message[]>

  constructor(line: PeerLine, encode: (message: Message) => Uint8Array) {
    this.#line = line
    this.#encode = encode
    line.onDrain = () => this.#flush()
  }

  send(message: Message, priority: Priority): void {
    this.#waiting[priority].push(message)
    this.#flush()
  }

  #flush(): void {
    while (this.#line.isOpen && this.#line.unsentBytes < MAX_UNSENT_BYTES) {
      const queue = ORDER.map((priority) => this.#waiting[priority]).find(
        ({ length }) => length > 0,
      )
      const message = queue?.shift()
      if (!message) return
      this.#line.send(this.#encode(message))
    }
  }
}

type Message = Extract<Effect, { type: 'send' }>['message']
