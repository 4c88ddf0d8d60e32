// A link while it stands: its control connection, the lanes that its peer asked for, and what ends all of them.

import http2, { type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { toSkeinError } from '#protocol/errors.ts'
import { type Lane, laneRequestPath, lanes } from '#protocol/link.ts'
import { Connection, onEnd } from '../../link/connection.ts'
import type { Secured } from '../../link/dial.ts'
import { heartbeat } from '../../link/heartbeat.ts'
import { sessionOptions, widen } from '../../link/session.ts'
import type { Clock } from '../clock.ts'
import { pauseMs } from './back-off.ts'
import { type ServedStream, serveStream } from './served.ts'

/** Behind one address there may be several peers; the one that asked is found by trying again this often. */
const LANE_ATTEMPTS = 5

export interface StandingOptions {
  readonly clock: Clock
  /** In [0, 1). */
  readonly chance: () => number
  readonly dialLane: (lane: Lane, signal: AbortSignal) => Promise<Secured>
  readonly onStream: (stream: ServedStream) => void
}

export class StandingLink {
  readonly #options: StandingOptions
  readonly #over = new AbortController()

  constructor(control: Secured, options: StandingOptions) {
    this.#options = options
    const { session } = this.#begin(control)
    const delay = (ms: number, signal?: AbortSignal) => options.clock.delay(ms, signal)
    void heartbeat(session, { delay, onDead: () => this.end() }, this.ended)
  }

  /** Aborted when the link has ended. */
  get ended(): AbortSignal {
    return this.#over.signal
  }

  end(): void {
    this.#over.abort()
  }

  #begin({ socket, raw }: Secured): Connection<ServerHttp2Session> {
    const session = http2.performServerHandshake(socket, sessionOptions)
    const connection = new Connection(session, [socket, raw])
    session.on('stream', (h2, headers) => this.#serve(h2, headers[':path']))
    widen(session)
    // All lanes lead to one process. A killed one is heard of at once on the lane that is busy and, seen about one
    // time in three, only by the next heartbeats on the others: the first to end is the end of the link.
    onEnd(connection, () => this.end())
    if (this.ended.aborted) connection.end()
    else this.ended.addEventListener('abort', () => connection.end(), { once: true })
    return connection
  }

  #serve(h2: ServerHttp2Stream, path: string | undefined): void {
    const lane = lanes.find((each) => laneRequestPath(each) === path)
    if (!lane) {
      serveStream(h2, this.#options.onStream)
      return
    }
    h2.on('error', () => undefined)
    h2.resume()
    this.#addLane(lane).then(
      () => answer(h2, 200),
      (error: unknown) => answer(h2, toSkeinError(error).status),
    )
  }

  async #addLane(lane: Lane): Promise<void> {
    const { clock, chance, dialLane } = this.#options
    for (let failures = 1; ; failures++) {
      try {
        this.#begin(await dialLane(lane, this.ended))
        return
      } catch (error) {
        if (failures >= LANE_ATTEMPTS) throw error
        await clock.delay(pauseMs(failures, chance()), this.ended)
      }
    }
  }
}

/** Tells the peer whether its lane has been dialled; until then its streams wait. */
function answer(h2: ServerHttp2Stream, status: number): void {
  if (!h2.destroyed) h2.respond({ ':status': status }, { endStream: true })
}
