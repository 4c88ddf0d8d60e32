// Keeps one link to any of the peers: dials all addresses at once, keeps the first, and dials again the moment it is
// lost. A peer that is about to end says so: then the next link is made first, and the old one ends with its peer.
// Terminals and everything else in the agent live on between links.

import { randomBytes } from 'node:crypto'
import { formatIdentity, type Lane } from '#protocol/link.ts'
import type { AgentReport } from '#protocol/report.ts'
import { dial, type Secured } from '../../link/dial.ts'
import type { Clock } from '../clock.ts'
import { pauseMs } from './back-off.ts'
import { firstOf } from './first-of.ts'
import { race, type Won } from './race.ts'
import { Reports } from './reports.ts'
import type { ServedStream } from './served.ts'
import { isFolder, socketsIn } from './sockets.ts'
import { StandingLink } from './standing.ts'

/** A link that stood this long was a good one, and the next dial comes at once, milliseconds. */
const SETTLED_MS = 5000

interface Reached {
  /** Where; a folder's one socket. */
  readonly address: string
  readonly secured: Secured
}

function discard({ secured: { socket, raw } }: Reached): void {
  socket.destroy()
  raw.destroy()
}

export interface DialerOptions {
  /** `unix:/path`, `unix:/folder/*.sock`, `http://host:port` or `https://host`. */
  readonly addresses: readonly string[]
  readonly identity: { readonly spaceId: string; readonly epoch: number }
  /** 32 bytes. */
  readonly key: Buffer
  readonly version: string
  /** Random per agent process; told in the hello. */
  readonly run: string
  readonly log: {
    info(text: string, details?: Readonly<Record<string, unknown>>): void
    warn(text: string, details?: Readonly<Record<string, unknown>>): void
  }
  readonly delay: Clock['delay']
  readonly onStream: (stream: ServedStream) => void
  /** In [0, 1). */
  readonly chance?: () => number
}

export class Dialer {
  readonly #options: DialerOptions
  readonly #clock: Clock
  readonly #chance: () => number
  readonly #reports = new Reports()
  readonly #closed = new AbortController()
  readonly #done: Promise<void>
  #learned: readonly string[] = []
  /** The link whose peer has sent us away; there is nothing to go back to until it has ended. */
  #left: { readonly address: string; readonly ended: AbortSignal } | undefined

  constructor(options: DialerOptions) {
    this.#options = options
    this.#clock = { monotonicMs: () => performance.now(), delay: options.delay }
    this.#chance = options.chance ?? Math.random
    this.#done = this.#keepLinked().catch((error: unknown) => {
      if (!this.#closed.signal.aborted) options.log.warn('dialling has ended', { error })
    })
  }

  /** Told on this link and again on each new one; the newest of each type is what counts. */
  report(report: AgentReport): void {
    this.#reports.say(report)
  }

  /** More addresses, learned from a link in place of those of before; used from the next dial on. */
  learn(addresses: readonly string[]): void {
    this.#learned = addresses
  }

  async close(): Promise<void> {
    this.#closed.abort(new Error('the agent is stopping'))
    await this.#done
  }

  async #keepLinked(): Promise<void> {
    const clock = this.#clock
    const { log } = this.#options
    const { signal } = this.#closed
    for (let losses = 0; !signal.aborted; ) {
      await clock.delay(pauseMs(losses, this.#chance()), signal)
      const run = randomBytes(16).toString('hex')
      const won = await this.#dialAll(run)
      const { failed } = won
      const { address } = won.value
      const beganMs = clock.monotonicMs()
      log.info('linked', { address, failed })
      await this.#stand(won, run)
      const stoodMs = clock.monotonicMs() - beganMs
      const isLeft = this.#isLeft(address)
      log.info(isLeft ? 'going to another peer' : 'the link ended', { address, stoodMs })
      losses = isLeft || stoodMs >= SETTLED_MS ? 0 : losses + 1
    }
  }

  async #dialAll(run: string): Promise<Won<Reached>> {
    const { addresses, log } = this.#options
    return await race({
      addresses: [...addresses, ...this.#learned],
      attempt: (address, signal) => this.#reach(address, run, signal),
      discard,
      clock: this.#clock,
      chance: this.#chance,
      onAllFailed: (failed) => log.warn('no peer can be reached', { failed }),
      signal: this.#closed.signal,
    })
  }

  #isLeft(address: string): boolean {
    return this.#left?.address === address && !this.#left.ended.aborted
  }

  /** Resolves when the link has ended, or its peer has sent us away. */
  async #stand(won: Won<Reached>, run: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { address, secured } = won.value
    const link = new StandingLink(secured, {
      clock: this.#clock,
      chance: this.#chance,
      dialLane: (lane, signal) => this.#dial(address, lane, run, signal),
      onStream: (stream) => this.#serve(stream, won, leave),
    })
    const leave = () => {
      this.#left = { address, ended: link.ended }
      resolve()
    }
    const end = () => link.end()
    const { signal } = this.#closed
    signal.addEventListener('abort', end, { once: true })
    const ended = () => {
      signal.removeEventListener('abort', end)
      resolve()
    }
    link.ended.addEventListener('abort', ended, { once: true })
    if (signal.aborted) end()
    if (link.ended.aborted) ended()
    await promise
  }

  #serve(stream: ServedStream, { value, failed }: Won<Reached>, leave: () => void): void {
    const { open } = stream
    if (open.kind === 'report') {
      const { version, run } = this.#options
      stream.accept()
      stream.duplex.resume()
      const hello = { version, run, route: value.address, failed: [...failed] }
      this.#reports.attach(stream.duplex, { type: 'hello', ...hello })
    } else if (open.kind === 'ask' && open.question === 'leave') {
      stream.accept()
      stream.fin({ ok: true })
      stream.duplex.resume()
      leave()
    } else {
      this.#options.onStream(stream)
    }
  }

  /** At one address, or at every socket of a folder: the first that proves its key, and the others are let go. */
  async #reach(address: string, run: string, signal: AbortSignal): Promise<Reached> {
    const dialOne = async (one: string, stop: AbortSignal): Promise<Reached> => {
      if (this.#isLeft(one)) throw new Error('its peer is about to end')
      return { address: one, secured: await this.#dial(one, 'control', run, stop) }
    }
    if (!isFolder(address)) return await dialOne(address, signal)
    return await firstOf(await socketsIn(address), dialOne, { signal, discard })
  }

  async #dial(address: string, lane: Lane, run: string, signal: AbortSignal): Promise<Secured> {
    const { identity, key } = this.#options
    const text = formatIdentity({ ...identity, lane, run })
    return await dial({ address, identity: text, key, clock: this.#clock, signal })
  }
}

export function createDialer(options: DialerOptions): Dialer {
  return new Dialer(options)
}
