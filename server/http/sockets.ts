// All open WebSockets: each belongs to a session or a token and ends with it, each must show signs of life, and all are closed
// when the peer goes.

import { once } from 'node:events'
import type { WebSocket } from 'ws'
import { SkeinError } from '#protocol/errors.ts'
import type { Clock } from '../clock.ts'
import type { Credential, Person } from '../identity/credential.ts'
import type { Identity } from '../identity/identity.ts'

/** Tabs with a few terminals each; past it a script opens them. */
export const MAX_SOCKETS_PER_SESSION = 200
const PING_INTERVAL_MS = 20_000
/** A socket without any sign of life for this long is dead; a laptop's sleep is longer and reconnects. */
const MAX_SILENT_MS = 60_000
/** How long the other side may take to answer a close, ms. */
const CLOSE_TIMEOUT_MS = 1000
const SIGNED_OUT = 4401
/** Whoever opened it is still signed in, and may be where it leads no longer. */
const WITHDRAWN = 4403
const GOING_AWAY = 1001
/** “Service restart”, from the registry of close codes: the other side connects again at once. */
const SERVICE_RESTART = 1012
/** RFC 6455, 5.5: a control frame's payload without the code, bytes. */
const MAX_REASON_BYTES = 123

export interface SocketOptions {
  /** Another one, through whichever peer, goes on where this one ended. */
  readonly isResumed?: boolean
  /** As what a person is let in now; undefined when they are not. */
  readonly admittedAs?: (person: Person) => string | undefined
}

interface Entry {
  readonly socket: WebSocket
  readonly credential: Credential
  readonly isResumed: boolean
  readonly admittedAs: (person: Person) => string | undefined
  /** At first. */
  readonly as: string | undefined
  heardMs: number
}

export class Sockets {
  readonly #clock: Clock
  readonly #identity: Pick<Identity, 'holds'>
  readonly #entries = new Set<Entry>()
  readonly #perCredential = new Map<string, number>()
  readonly #stop = new AbortController()

  constructor(clock: Clock, identity: Pick<Identity, 'holds'>) {
    this.#clock = clock
    this.#identity = identity
  }

  get size(): number {
    return this.#entries.size
  }

  /** Throws `too_many_streams` when the session or token may not open another. */
  assertRoom({ id }: Credential): void {
    if ((this.#perCredential.get(id) ?? 0) >= MAX_SOCKETS_PER_SESSION) {
      throw new SkeinError('too_many_streams', { limit: MAX_SOCKETS_PER_SESSION })
    }
  }

  add(socket: WebSocket, credential: Credential, options: SocketOptions = {}): void {
    const { isResumed = false, admittedAs = () => '' } = options
    const heardMs = this.#clock.monotonicMs()
    const person = this.#identity.holds(credential)
    const as = person && admittedAs(person)
    const entry = { socket, credential, isResumed, admittedAs, as, heardMs }
    const hear = (): void => {
      entry.heardMs = this.#clock.monotonicMs()
    }
    this.#entries.add(entry)
    this.#count(credential, 1)
    socket.on('pong', hear)
    socket.on('message', hear)
    // `ws` closes the socket itself after an error; an unheard error event would end the process.
    socket.on('error', () => undefined)
    socket.once('close', () => {
      this.#entries.delete(entry)
      this.#count(credential, -1)
    })
  }

  /** Closes what belongs to sessions, tokens and rights that have ended: called when one of them changed, and now and then. */
  recheck(concerns: (credential: Credential) => boolean = () => true): void {
    for (const entry of this.#entries) {
      const { socket, credential } = entry
      if (!concerns(credential)) continue
      const person = this.#identity.holds(credential)
      if (person) this.#recheckRights(entry, person)
      else {
        socket.resume()
        socket.emit('signed-out')
        socket.close(SIGNED_OUT, 'signed out')
      }
    }
  }

  /** Whoever may do more or less by now comes back as that; who may nothing any more is told so. */
  #recheckRights({ socket, admittedAs, as }: Entry, person: Person): void {
    const now = admittedAs(person)
    if (now === as) return
    socket.resume()
    if (now === undefined) socket.emit('withdrawn')
    if (now === undefined) socket.close(WITHDRAWN, 'no longer allowed')
    else socket.close(SERVICE_RESTART, 'changed rights')
  }

  /** Pings all, ends the dead and the expired, until `close`. */
  async watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#clock.delay(PING_INTERVAL_MS, this.#stop.signal).catch(() => undefined)
      const deadline = this.#clock.monotonicMs() - MAX_SILENT_MS
      for (const { socket, heardMs } of this.#entries) {
        if (heardMs < deadline) socket.terminate()
        else if (socket.readyState === socket.OPEN) socket.ping()
      }
      this.recheck()
    }
  }

  /** Before the peer goes: what goes on elsewhere does so at once, and the reason says where. */
  sendAway(reason: string): void {
    for (const { socket, isResumed } of this.#entries) {
      if (!isResumed) continue
      socket.resume()
      socket.close(SERVICE_RESTART, reason)
    }
  }

  async close(): Promise<void> {
    this.#stop.abort()
    const open = [...this.#entries].map(({ socket }) => socket)
    const closed = open.map(async (socket) => {
      const end = once(socket, 'close')
      socket.resume()
      socket.close(GOING_AWAY, 'the peer is going away')
      await end
    })
    const waited = new AbortController()
    const late = this.#clock.delay(CLOSE_TIMEOUT_MS, waited.signal).catch(() => undefined)
    await Promise.race([Promise.allSettled(closed), late])
    waited.abort()
    for (const socket of open) socket.terminate()
  }

  #count({ id }: Credential, change: 1 | -1): void {
    const count = (this.#perCredential.get(id) ?? 0) + change
    if (count === 0) this.#perCredential.delete(id)
    else this.#perCredential.set(id, count)
  }
}

/** The reason with which a peer that drains closes a socket: the word, and as many addresses as there is room for. */
export function goodbye(others: readonly { readonly url: string }[]): string {
  let reason = 'draining'
  for (const { url } of others) {
    if (Buffer.byteLength(`${reason} ${url}`) > MAX_REASON_BYTES) break
    reason += ` ${url}`
  }
  return reason
}
