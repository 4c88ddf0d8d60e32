// Keeps one link to any of the peers: dials all addresses at once, keeps the first, and dials again the moment it is
// lost. Terminals and everything else in the agent live on between links.

import type { ServerHttp2Session } from 'node:http2'
import { formatIdentity, type Lane, laneRequestPath, lanes } from '#protocol/link.ts'
import type { AgentReport } from '#protocol/report.ts'
import { type Connection, onEnd } from '../../link/connection.ts'
import { heartbeat } from '../../link/heartbeat.ts'
import { dial } from './dial.ts'
import { AllFailed, type Failed, race } from './race.ts'
import { Reports } from './reports.ts'
import { type ServedStream, serveStream } from './served.ts'

/** The longest pause between two rounds of dialling, ms: a peer is back within seconds, and dialling is cheap. */
const MAX_PAUSE_MS = 1000
const FIRST_PAUSE_MS = 20

export interface DialerOptions {
  readonly addresses: readonly string[]
  readonly identity: { readonly spaceId: string; readonly epoch: number }
  readonly key: Buffer
  readonly version: string
  /** Random per agent process. */
  readonly run: string
  readonly log: {
    info(text: string, details?: object): void
    warn(text: string, details?: object): void
  }
  readonly delay: (ms: number, signal?: AbortSignal) => Promise<void>
  readonly onStream: (stream: ServedStream) => void
}

export class Dialer {
  readonly #options: DialerOptions
  readonly #reports = new Reports()
  readonly #closed = new AbortController()
  readonly #done: Promise<void>
  #addresses: readonly string[]
  #count = 0

  constructor(options: DialerOptions) {
    this.#options = options
    this.#addresses = options.addresses
    this.#done = this.#keepLinked()
  }

  report(report: AgentReport): void {
    this.#reports.say(report)
  }

  /** New addresses, learned from a link; used at the next dial. */
  learn(addresses: readonly string[]): void {
    if (addresses.length > 0) this.#addresses = addresses
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#done
  }

  async #keepLinked(): Promise<void> {
    const { log, delay } = this.#options
    let pauseMs = FIRST_PAUSE_MS
    while (!this.#closed.signal.aborted) {
      try {
        await this.#link()
        pauseMs = FIRST_PAUSE_MS
      } catch (error) {
        if (error instanceof AllFailed)
          log.warn('no peer could be reached', { failed: error.failed })
        else log.warn('the link failed', { error: String(error) })
        pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)
      }
      // Up to half of the pause is left to chance, so that a thousand agents do not come back in step.
      await delay(pauseMs * (0.5 + Math.random() / 2), this.#closed.signal).catch(() => undefined)
    }
  }

  /** Dials, and resolves when the link that was made has ended. */
  async #link(): Promise<void> {
    const run = `${this.#options.run}-${this.#count++}`
    const {
      address,
      value: control,
      failed,
    } = await race(
      this.#addresses,
      (each, signal) => this.#dial(each, 'control', run, signal),
      (late) => late.end(),
    )
    const link: Standing = { address, run, failed, lanes: new Set([control]) }
    const end = () => {
      for (const lane of link.lanes) lane.end()
    }
    this.#closed.signal.addEventListener('abort', end, { once: true })
    this.#serve(control, link)
    const { delay } = this.#options
    const beats = heartbeat(control.session, { delay, onDead: end }, control.ended)
    await new Promise<void>((resolve) => onEnd(control, resolve))
    end()
    this.#closed.signal.removeEventListener('abort', end)
    await beats
    this.#options.log.info('the link ended', { address })
  }

  #serve({ session }: Connection<ServerHttp2Session>, link: Standing): void {
    session.on('stream', (h2, headers) => {
      const path = headers[':path']
      const lane = lanes.find((each) => laneRequestPath(each) === path)
      if (!lane) {
        serveStream(h2, (stream) => this.#served(stream, link))
        return
      }
      h2.on('error', () => undefined)
      h2.respond({ ':status': 202 }, { endStream: true })
      this.#addLane(lane, link).catch((error: unknown) => {
        this.#options.log.warn('a lane could not be opened', { lane, error: String(error) })
      })
    })
  }

  #served(stream: ServedStream, link: Standing): void {
    if (stream.open.kind !== 'report') {
      this.#options.onStream(stream)
      return
    }
    stream.accept()
    stream.duplex.resume()
    const { version, run } = this.#options
    const { address: route, failed } = link
    this.#reports.attach(stream.duplex, { type: 'hello', version, run, route, failed: [...failed] })
  }

  async #addLane(lane: Lane, link: Standing): Promise<void> {
    const connection = await this.#dial(link.address, lane, link.run, this.#closed.signal)
    link.lanes.add(connection)
    const [control] = link.lanes
    // All lanes lead to one process. A killed one is heard of at once on the lane that is busy and, seen about one
    // time in three, only by the next heartbeats on the others: the first to end is the end of the link.
    onEnd(connection, () => control?.end())
    if (control?.ended.aborted) connection.end()
    else this.#serve(connection, link)
  }

  #dial(
    address: string,
    lane: Lane,
    run: string,
    signal: AbortSignal,
  ): Promise<Connection<ServerHttp2Session>> {
    const { identity, key } = this.#options
    const stop = AbortSignal.any([signal, this.#closed.signal])
    return dial({
      address,
      key,
      identity: formatIdentity({ ...identity, lane, run }),
      signal: stop,
    })
  }
}

/** A link while it stands. */
interface Standing {
  readonly address: string
  readonly run: string
  readonly failed: readonly Failed[]
  /** Control first. */
  readonly lanes: Set<Connection<ServerHttp2Session>>
}

export function createDialer(options: DialerOptions): Dialer {
  return new Dialer(options)
}
