// Connections that came to a `listen` stream and wait, unread, for the `accepted` stream that fetches them. One that
// nobody fetches is closed, and where too many wait the next is closed at once.

import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { SkeinError } from '#protocol/errors.ts'
import type { Actor, Arrival } from '#protocol/link.ts'
import type { ServedStream } from '../link/served.ts'
import { joinDuplexes } from './join.ts'

/** How long a connection waits for whoever was told of it, milliseconds. */
export const FETCH_WITHIN_MS = 15_000
/** Connections of one agent that wait: each is a descriptor and what its program has sent. */
export const MAX_WAITING = 256

interface Waiting {
  readonly socket: Socket
  /** Only they may fetch it. */
  readonly actorId: string
  readonly patience: NodeJS.Timeout
}

export class Arrivals {
  readonly #waiting = new Map<string, Waiting>()
  readonly #fetchWithinMs: number

  constructor(fetchWithinMs = FETCH_WITHIN_MS) {
    this.#fetchWithinMs = fetchWithinMs
  }

  get count(): number {
    return this.#waiting.size
  }

  /** Keeps a paused connection for the actor; undefined, and closed, where too many wait. */
  add(socket: Socket, actor: Actor): Arrival | undefined {
    if (this.#waiting.size >= MAX_WAITING) {
      socket.destroy()
      return undefined
    }
    const id = randomBytes(16).toString('hex')
    const patience = setTimeout(() => this.drop(id), this.#fetchWithinMs)
    this.#waiting.set(id, { socket, actorId: actor.id, patience })
    socket.on('error', () => undefined)
    socket.once('close', () => this.drop(id))
    const { remoteAddress: host, remotePort: port } = socket
    return { id, ...(host !== undefined && port !== undefined ? { from: { host, port } } : {}) }
  }

  /** Closes a connection that still waits. */
  drop(id: string): void {
    this.#take(id)?.socket.destroy()
  }

  /** Serves one accepted stream. Rejects with `not_found` for a connection that does not wait for this actor. */
  async serve(stream: ServedStream, id: string): Promise<void> {
    const isTheirs = this.#waiting.get(id)?.actorId === stream.actor.id
    const waiting = isTheirs ? this.#take(id) : undefined
    if (!waiting) throw new SkeinError('not_found', { thing: 'connection' })
    stream.accept()
    const joined = joinDuplexes(stream, waiting.socket)
    waiting.socket.resume()
    await joined
  }

  #take(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    clearTimeout(waiting?.patience)
    return waiting
  }
}
