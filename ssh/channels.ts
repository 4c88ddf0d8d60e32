// All channels of a connection: those that the client opens, and those that we open towards it for what arrives on a
// forwarded port. Here are the limits on how many, and the packets are given to the channel that they name.

import { SkeinError } from '#protocol/errors.ts'
import { Channel, MAX_PACKET_BYTES, MIN_PACKET_BYTES, type RemoteEnd, refusal } from './channel.ts'
import type { SshLimits } from './limits.ts'
import { Message, OpenFailure } from './messages.ts'
import { PacketReader, packet, protocolError } from './packet.ts'
import { WindowBudget } from './window.ts'
import type { Wire } from './wire.ts'

/** Says how a channel that the client opens is served. `accept` may be called once, at any time; or `refuse`. */
export interface Opening {
  readonly type: string
  readonly body: PacketReader
  accept(): Channel
  refuse(reason: OpenFailure, sentence: string): void
}

interface Pending {
  confirm(remote: RemoteEnd): void
  reject(error: SkeinError): void
}

export class Channels {
  readonly #wire: Wire
  readonly #limits: SshLimits
  readonly #onOpening: (opening: Opening) => void
  readonly #open = new Map<number, Channel>()
  /** Opened by us, not confirmed yet. */
  readonly #pending = new Map<number, Pending>()
  readonly #budget: WindowBudget
  /** Those that wait until the wire takes data, in turn. */
  #waiting = new Set<Channel>()
  /** Opened by the client, not accepted yet. */
  #openings = 0
  #lastId = -1
  #isOver = false

  constructor(wire: Wire, limits: SshLimits, onOpening: (opening: Opening) => void) {
    this.#wire = wire
    this.#limits = limits
    this.#onOpening = onOpening
    this.#budget = new WindowBudget(limits.windowBudgetBytes)
  }

  /** Opens a channel towards the client. Rejects with `too_many_streams`, `ssh_protocol` or `link_lost`. */
  async open(type: string, ...fields: readonly (string | number)[]): Promise<Channel> {
    if (this.#isOver) throw new SkeinError('link_lost')
    if (this.#isFull()) throw new SkeinError('too_many_streams', { limit: this.#limits.channels })
    const id = this.#nextId()
    const windowBytes = this.#budget.take()
    const { promise, resolve, reject } = Promise.withResolvers<Channel>()
    this.#pending.set(id, {
      confirm: (remote) => resolve(this.#add(id, remote, windowBytes)),
      reject: (error) => {
        this.#budget.give(windowBytes)
        reject(error)
      },
    })
    this.#wire.send(packet(Message.channelOpen, type, id, windowBytes, MAX_PACKET_BYTES, ...fields))
    return promise
  }

  /** Takes a packet of type 90 to 100. Throws `ssh_protocol`. */
  handle(type: number, payload: Buffer): void {
    const reader = new PacketReader(payload)
    if (type === Message.channelOpen) this.#opened(reader)
    else if (type === Message.channelOpenConfirmation) this.#confirmed(reader.number(), reader)
    else if (type === Message.channelOpenFailure) this.#failed(reader.number(), reader)
    else {
      const channel = this.#open.get(reader.number())
      if (!channel) throw protocolError('it names a channel that is not open')
      route(channel, type, reader)
    }
  }

  /** The wire takes data again: each that waits sends in turn, until it is full. */
  drained(): void {
    const waiting = this.#waiting
    this.#waiting = new Set()
    for (const channel of waiting) channel.flush()
  }

  /** The connection is gone. */
  lost(): void {
    this.#isOver = true
    for (const { reject } of this.#pending.values()) reject(new SkeinError('link_lost'))
    this.#pending.clear()
    const open = [...this.#open.values()]
    this.#open.clear()
    this.#waiting.clear()
    for (const channel of open) channel.lost()
  }

  #isFull(): boolean {
    return this.#open.size + this.#pending.size + this.#openings >= this.#limits.channels
  }

  #opened(reader: PacketReader): void {
    const type = reader.text()
    const remote = readRemote(reader)
    const refuse = (reason: OpenFailure, sentence: string) =>
      this.#wire.send(refusal(remote.id, reason, sentence))
    if (remote.packetBytes < MIN_PACKET_BYTES) {
      refuse(OpenFailure.prohibited, `Packets of ${remote.packetBytes} bytes are too small.`)
    } else if (this.#isFull()) {
      const { message } = new SkeinError('too_many_streams', { limit: this.#limits.channels })
      refuse(OpenFailure.resourceShortage, message)
    } else if (this.#openings >= this.#limits.openings) {
      refuse(OpenFailure.resourceShortage, 'Too many channels are being opened at once.')
    } else this.#offer(type, reader, remote, refuse)
  }

  #offer(
    type: string,
    body: PacketReader,
    remote: RemoteEnd,
    refuse: (reason: OpenFailure, sentence: string) => void,
  ): void {
    this.#openings++
    this.#onOpening({
      type,
      body,
      accept: () => {
        this.#openings--
        return this.#accept(remote)
      },
      refuse: (reason, sentence) => {
        this.#openings--
        refuse(reason, sentence)
      },
    })
  }

  #accept(remote: RemoteEnd): Channel {
    const id = this.#nextId()
    const windowBytes = this.#budget.take()
    const channel = this.#add(id, remote, windowBytes)
    const { id: theirs } = remote
    this.#wire.send(
      packet(Message.channelOpenConfirmation, theirs, id, windowBytes, MAX_PACKET_BYTES),
    )
    return channel
  }

  #add(id: number, remote: RemoteEnd, windowBytes: number): Channel {
    const channel = new Channel(id, remote, windowBytes, {
      wire: this.#wire,
      waitForWire: (waiting) => this.#waiting.add(waiting),
      onOver: () => {
        if (this.#open.delete(id)) this.#budget.give(windowBytes)
        this.#waiting.delete(channel)
      },
    })
    if (this.#isOver) channel.lost()
    else this.#open.set(id, channel)
    return channel
  }

  #confirmed(id: number, reader: PacketReader): void {
    const pending = this.#pending.get(id)
    if (!pending) throw protocolError('it confirms a channel that nobody opened')
    this.#pending.delete(id)
    const remote = readRemote(reader)
    if (remote.packetBytes < MIN_PACKET_BYTES) throw protocolError('its packets are too small')
    pending.confirm(remote)
  }

  #failed(id: number, reader: PacketReader): void {
    const pending = this.#pending.get(id)
    if (!pending) throw protocolError('it refuses a channel that nobody opened')
    this.#pending.delete(id)
    reader.number()
    const reason = reader.text().slice(0, 200) || 'refused by the client'
    pending.reject(new SkeinError('ssh_protocol', { reason }))
  }

  #nextId(): number {
    this.#lastId = (this.#lastId + 1) >>> 0
    return this.#lastId
  }
}

function readRemote(reader: PacketReader): RemoteEnd {
  return { id: reader.number(), windowBytes: reader.number(), packetBytes: reader.number() }
}

function route(channel: Channel, type: number, reader: PacketReader): void {
  switch (type) {
    case Message.channelData:
      channel.dataCame(reader.bytes(), false)
      break
    case Message.channelExtendedData:
      reader.number()
      channel.dataCame(reader.bytes(), true)
      break
    case Message.channelWindowAdjust:
      channel.windowCame(reader.number())
      break
    case Message.channelEof:
      channel.eofCame()
      break
    case Message.channelClose:
      channel.closeCame()
      break
    case Message.channelRequest: {
      const name = reader.text()
      channel.requestCame(name, reader.flag(), reader)
      break
    }
    // Answers to requests of ours: we ask for none.
    default:
  }
}
