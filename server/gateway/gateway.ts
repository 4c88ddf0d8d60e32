// The gateway: answers ssh on one address and asks its peer about everybody. It has no records and no keys of its own;
// what a stranger's bytes may break here, the supervisor starts again, and the peer does not notice.

import { createServer, type Server, type Socket } from 'node:net'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import { type Pace, Paces, SENDER_PACE } from '../../ssh/pace.ts'
import type { SshAuthorise } from '../../ssh/ports.ts'
import type { Clock } from '../clock.ts'
import type { Address } from '../config/schemas.ts'
import { bucketOf } from '../identity/limits.ts'
import { startListening, urlOf } from '../listening.ts'
import type { Log } from '../log.ts'
import { Crowd, type Entry } from './crowd.ts'
import { authorise, RemoteGuest } from './guest.ts'
import { Way } from './way.ts'

/** A laptop that was closed is found gone after this and nine probes, ms; ssh's own keepalive is quicker. */
const KEEP_ALIVE_MS = 30_000
/** How often a gateway that ends looks whether its people have gone, ms. */
const LOOK_MS = 50

/** A running SSH server on one socket. */
export interface Served {
  /** Resolves when the connection is over, however it ended. Never rejects. */
  readonly closed: Promise<unknown>
  /** Tells the client why, and ends. */
  close(reason: SkeinError): void
}

export type Serve = (
  socket: Socket,
  options: {
    readonly hostKeys: readonly string[]
    readonly authorise: SshAuthorise
    readonly pace: Pace
  },
) => Served

export interface GatewayParts {
  readonly listen: Address
  /** The peer's. */
  readonly socketPath: string
  readonly serve: Serve
  readonly clock: Clock
  readonly log: Log
}

/** Somebody's connection, from its first byte on. */
interface Caller {
  readonly socket: Socket
  readonly gone: AbortController
  served?: Served
  /** Once their key is proved. */
  guest?: RemoteGuest
}

export class Gateway {
  readonly #parts: GatewayParts
  readonly #server: Server
  readonly #paces: Paces
  readonly #crowd = new Crowd<Caller>()
  readonly #callers = new Set<Caller>()
  /** As the peer told them last; they are the same for as long as there is a cluster. */
  #hostKeys: readonly string[] | undefined

  private constructor(parts: GatewayParts) {
    this.#parts = parts
    this.#paces = new Paces(SENDER_PACE, () => parts.clock.monotonicMs())
    this.#server = createServer({ allowHalfOpen: false, noDelay: true }, (socket) =>
      this.#receive(socket),
    )
  }

  /** Resolves when it listens. Rejects with `port_in_use` or `config_invalid`. */
  static async open(parts: GatewayParts): Promise<Gateway> {
    const gateway = new Gateway(parts)
    const { host, port } = parts.listen
    const named = { address: `${host}:${port}`, setting: 'ssh-listen' }
    await startListening(gateway.#server, { host, port }, named)
    return gateway
  }

  /** `ssh://host:port`, with the port that we really have. */
  get url(): string {
    return urlOf(this.#server, 'ssh', this.#parts.listen.host)
  }

  /** Takes nobody new, waits at most this long for commands and transfers, and ends the rest. */
  async close(waitMs: number): Promise<void> {
    const { clock } = this.#parts
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    const untilMs = clock.monotonicMs() + waitMs
    const isBusy = () => [...this.#callers].some(({ guest }) => guest?.isBusy)
    while (isBusy() && clock.monotonicMs() < untilMs) await clock.delay(LOOK_MS)
    const reason = new SkeinError('unavailable', { reason: 'restarting' })
    for (const caller of this.#callers) end(caller, reason)
    await closed
  }

  #receive(socket: Socket): void {
    // Never what a PROXY header says: it is the client's to write, and it is no SSH, so it ends the connection.
    const address = (socket.remoteAddress ?? 'unknown').replace(/^::ffff:(?=\d+\.)/i, '')
    socket.on('error', () => socket.destroy())
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    const limit = this.#crowd.full(address)
    if (limit !== undefined) {
      turnAway(socket, new SkeinError('ssh_crowded', { limit }))
      return
    }
    const caller: Caller = { socket, gone: new AbortController() }
    const { entry, evicted } = this.#crowd.enter(address, caller)
    if (evicted) end(evicted, new SkeinError('ssh_crowded', { limit: this.#crowd.size }))
    this.#callers.add(caller)
    socket.once('close', () => {
      caller.gone.abort(new SkeinError('link_lost'))
      this.#callers.delete(caller)
      this.#crowd.leave(entry)
    })
    this.#attend(caller, entry).catch((caught: unknown) => {
      const error = toSkeinError(caught)
      if (error.code === 'internal')
        this.#parts.log.error({ err: caught }, 'an ssh connection failed')
      if (caller.served) caller.served.close(error)
      else turnAway(socket, error)
    })
  }

  /** Resolves when the connection is over. */
  async #attend(caller: Caller, entry: Entry<Caller>): Promise<void> {
    const way = this.#way(caller, entry.address)
    // Whoever knows the host keys begins at once; a login without a peer is told so in its own words.
    way.catch(() => undefined)
    if (this.#hostKeys === undefined) await way
    const hostKeys = this.#hostKeys ?? []
    if (caller.socket.destroyed) return
    const served = this.#parts.serve(caller.socket, {
      hostKeys,
      pace: this.#paces.of(`address ${bucketOf(entry.address)}`),
      authorise: async (attempt) => {
        const answer = await authorise(way, attempt, this.#paces)
        if (attempt.isProven && answer instanceof RemoteGuest) {
          caller.guest = answer
          this.#crowd.known(entry)
        }
        return answer
      },
    })
    caller.served = served
    await served.closed
  }

  /** The way to the peer, of this caller alone: it ends with the connection, and the connection with it. */
  async #way(caller: Caller, address: string): Promise<Way> {
    const { socketPath, clock } = this.#parts
    const { signal } = caller.gone
    const way = await Way.open({ socketPath, clock, signal, hello: { address } })
    if (signal.aborted) way.close()
    else signal.addEventListener('abort', () => way.close(), { once: true })
    this.#hostKeys = way.welcome.hostKeys
    const lost = () => end(caller, new SkeinError('unavailable', { reason: 'restarting' }))
    if (way.ended.aborted) lost()
    else way.ended.addEventListener('abort', lost, { once: true })
    return way
  }
}

function end({ served, socket }: Caller, reason: SkeinError): void {
  if (served) served.close(reason)
  else turnAway(socket, reason)
}

/** Before SSH has begun, a line that is none of its own may be sent (RFC 4253, 4.2); clients show it when asked. */
function turnAway(socket: Socket, { message }: SkeinError): void {
  if (!socket.destroyed) socket.end(`${message}\r\n`, () => socket.destroy())
}
