// One client's connection from its first byte to its last: key exchange, login, then channels and requests, each packet
// given to the part that it belongs to, and the times within which all that has to happen.

import type { Duplex } from 'node:stream'
import type { HostKey } from 'ssh2/lib/protocol/Protocol.js'
import { SkeinError } from '#protocol/errors.ts'
import { Channels, type Opening } from './channels.ts'
import { openDirect } from './direct.ts'
import { Keepalive } from './keepalive.ts'
import type { SshLimits } from './limits.ts'
import { Listens } from './listens.ts'
import { Login } from './login.ts'
import { DisconnectReason, Message, OpenFailure } from './messages.ts'
import type { Pace } from './pace.ts'
import { PacketReader, packet, protocolError } from './packet.ts'
import type { SshAuthorise, SshGuest } from './ports.ts'
import { Requests } from './requests.ts'
import { Session } from './session.ts'
import { Wire } from './wire.ts'

export interface ConnectionOptions {
  readonly hostKeys: Readonly<Record<string, HostKey>>
  readonly authorise: SshAuthorise
  readonly clock: { monotonicMs(): number; delay(ms: number, signal?: AbortSignal): Promise<void> }
  readonly limits: SshLimits
  readonly pace?: Pace
  /** Something worth a line in the log; a client's end, or a fault of ours. */
  log(text: string, details: Readonly<Record<string, unknown>>): void
}

/** What there is once somebody is logged in. */
interface Rooms {
  readonly guest: SshGuest
  readonly channels: Channels
  readonly listens: Listens
  readonly requests: Requests
}

export class Connection {
  /** Resolves when it is over and the duplex is given back to its end; with why, if it did not end well. */
  readonly closed: Promise<SkeinError | undefined>
  readonly #options: ConnectionOptions
  readonly #wire: Wire
  readonly #login: Login
  readonly #keepalive = new Keepalive()
  readonly #over = new AbortController()
  readonly #loggedIn = new AbortController()
  readonly #exchanged = new AbortController()
  #rooms: Rooms | undefined
  #takesSessions = true
  #isLoginAsked = false

  constructor(duplex: Duplex, options: ConnectionOptions) {
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<SkeinError | undefined>()
    this.closed = promise
    const { limits, authorise, hostKeys, clock, pace } = options
    this.#wire = new Wire(
      duplex,
      { ...limits, hostKeys, clock, ...(pace && { pace }) },
      {
        onReady: () => this.#exchanged.abort(),
        onPayload: (type, payload) => this.#handle(type, payload),
        onDrain: () => this.#rooms?.channels.drained(),
        onEnd: (error) => {
          this.#end(error)
          resolve(error)
        },
      },
    )
    this.#login = new Login({
      wire: this.#wire,
      authorise,
      attempts: limits.loginAttempts,
      onGuest: (guest) => this.#welcome(guest),
      onFault: (caught) => this.#fault(caught),
    })
    this.#within(limits.keyExchangeMs, 'The key exchange', this.#exchanged.signal)
    this.#within(limits.loginMs, 'The login', this.#loggedIn.signal)
  }

  /** Says why and ends. */
  close(error: SkeinError): void {
    this.#wire.disconnect(DisconnectReason.byApplication, error)
  }

  #handle(type: number, payload: Buffer): void {
    if (type === Message.serviceRequest) this.#service(new PacketReader(payload).text())
    else if (type === Message.authRequest && this.#isLoginAsked) this.#login.handle(payload)
    else if (this.#rooms) this.#handleWithin(this.#rooms, type, payload)
    else if (type !== Message.extInfo)
      throw protocolError(`a message of type ${type} before the login`)
  }

  #handleWithin({ channels, requests }: Rooms, type: number, payload: Buffer): void {
    if (type >= Message.channelOpen && type <= Message.channelFailure)
      channels.handle(type, payload)
    else if (type === Message.globalRequest) requests.handle(payload)
    else if (type === Message.requestSuccess || type === Message.requestFailure) {
      this.#keepalive.answered()
    } else if (type !== Message.extInfo) this.#wire.sendUnimplemented()
  }

  #service(name: string): void {
    if (name !== 'ssh-userauth' || this.#isLoginAsked) {
      throw protocolError('it asks for a service that is not there')
    }
    this.#isLoginAsked = true
    this.#wire.send(packet(Message.serviceAccept, name))
  }

  #welcome(guest: SshGuest): void {
    this.#loggedIn.abort()
    this.#wire.share(guest.pace)
    const { limits, clock } = this.#options
    const signal = this.#over.signal
    const onFault = (caught: unknown) => this.#fault(caught)
    const channels = new Channels(this.#wire, limits, (opening) => this.#open(opening))
    const listens = new Listens({ channels, guest, most: limits.listens, signal, onFault })
    const requests = new Requests({
      wire: this.#wire,
      listens,
      perSecond: limits.requestsPerSecond,
      nowMs: () => clock.monotonicMs(),
      onNoMoreSessions: () => {
        this.#takesSessions = false
      },
      onFault,
    })
    this.#rooms = { guest, channels, listens, requests }
    this.#watch(signal)
  }

  #watch(signal: AbortSignal): void {
    const { limits, clock } = this.#options
    this.#keepalive
      .watch(this.#wire, {
        everyMs: limits.keepaliveMs,
        missed: limits.keepaliveMissed,
        delay: (ms) => clock.delay(ms, signal),
        signal,
      })
      .then(
        () => this.#giveUp('The SSH client', limits.keepaliveMs * (limits.keepaliveMissed + 1)),
        () => undefined,
      )
  }

  #open(opening: Opening): void {
    const rooms = this.#rooms
    const { type } = opening
    if (!rooms) opening.refuse(OpenFailure.prohibited, 'Nobody is signed in.')
    else if (type === 'session') this.#openSession(opening, rooms)
    else if (type === 'direct-tcpip' || type === 'direct-streamlocal@openssh.com') {
      const { guest } = rooms
      openDirect(opening, guest, this.#over.signal).catch((caught: unknown) => this.#fault(caught))
    } else opening.refuse(OpenFailure.unknownType, `There are no channels of type ${shown(type)}.`)
  }

  #openSession(opening: Opening, { guest, listens }: Rooms): void {
    if (!this.#takesSessions) {
      opening.refuse(OpenFailure.prohibited, 'The client asked for no more sessions.')
      return
    }
    new Session(opening.accept(), {
      guest,
      signal: this.#over.signal,
      forwardAgent: () => listens.addAgent(),
      onFault: (caught) => this.#fault(caught),
    })
  }

  /** Ends the connection after `ms`, unless `done` comes before. */
  #within(ms: number, thing: string, done: AbortSignal): void {
    const signal = AbortSignal.any([done, this.#over.signal])
    this.#options.clock.delay(ms, signal).then(
      () => this.#giveUp(thing, ms),
      () => undefined,
    )
  }

  #giveUp(thing: string, ms: number): void {
    this.close(new SkeinError('timeout', { thing, seconds: Math.round(ms / 1000) }))
  }

  #end(error: SkeinError | undefined): void {
    this.#over.abort(error ?? new SkeinError('link_lost'))
    this.#rooms?.listens.close()
    this.#rooms?.channels.lost()
    if (error) this.#options.log('an SSH connection was ended', { reason: error.message })
  }

  /** Refusals are told to the client; only what is no refusal is ours to look at. */
  #fault(caught: unknown): void {
    const isRefusal = caught instanceof SkeinError || this.#over.signal.aborted
    if (!isRefusal) this.#options.log('an SSH channel failed', { error: caught })
  }
}

function shown(type: string): string {
  return type.slice(0, 64).replace(/[^\w@.-]/g, '?')
}
