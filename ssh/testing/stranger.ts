// A client that has exchanged keys and not logged in: what it sends then is for a test to say. ssh2's transport is used
// as the client's, below ssh2's own client, which would log in by itself.

import type { Duplex } from 'node:stream'
import kex from 'ssh2/lib/protocol/kex.js'
import Protocol, { type Exchange } from 'ssh2/lib/protocol/Protocol.js'
import parts from 'ssh2/lib/protocol/utils.js'
import { eventually } from '../../tests/support/eventually.ts'
import { HYBRID } from '../hybrid.ts'
import { Identification } from '../identification.ts'
import { Message } from '../messages.ts'
import { offerOf } from '../offer.ts'
import { PacketReader, packet } from '../packet.ts'
import { soon } from './soon.ts'

/** What the client's KEXINIT names. A plain object is completed with the strict key exchange, a `KexInit` is not. */
export type Offer = ReturnType<typeof offerOf>

type ClientProtocol = new (options: {
  offer?: unknown
  onWrite(bytes: Buffer): void
  onError(error: Error): void
  onHandshakeComplete(): void
}) => Protocol

export class Stranger {
  readonly #sock: Duplex
  readonly #protocol: Protocol
  readonly #came: Buffer[] = []
  readonly #met = Promise.withResolvers<void>()
  isClosed = false
  /** What was wrong with it, as far as we know. */
  #said = 'by the server'

  private constructor(sock: Duplex, offer?: Offer, exchanges?: readonly string[]) {
    this.#sock = sock
    this.#protocol = new (Protocol as unknown as ClientProtocol)({
      ...(offer ? { offer: new kex.KexInit(offer) } : {}),
      ...(exchanges ? { offer: saying(exchanges) } : {}),
      onWrite: (bytes) => sock.write(bytes),
      onError: (error) => {
        this.#said = error.message
      },
      onHandshakeComplete: () => this.#met.resolve(),
    })
    this.#protocol._onPayload = (payload) => {
      this.#came.push(Buffer.from(payload))
    }
    const identification = new Identification()
    sock.on('error', () => undefined)
    // Who only begins may never ask.
    this.#met.promise.catch(() => undefined)
    sock.once('close', () => {
      this.isClosed = true
      this.#met.reject(new Error(`closed before keys were exchanged: ${this.#said}`))
    })
    sock.on('data', (bytes: Buffer) => {
      try {
        // As the server does: of a first line that comes in three pieces ssh2 loses one, and then waits for ever.
        const whole = identification.take(bytes)
        if (whole.length > 0) this.#protocol.parse(whole, 0, whole.length)
      } catch (caught) {
        // ssh2 counts packets as strict clients do even when it did not say that it is one.
        this.#said = String(caught)
        sock.destroy()
      }
    })
    this.#protocol.start()
  }

  /** Only begins. */
  static begin(sock: Duplex, offer?: Offer, exchanges?: readonly string[]): void {
    new Stranger(sock, offer, exchanges)
  }

  /** Exchanges keys, with exactly this offer where there is one, and asks for the login service. */
  static async meet(sock: Duplex, offer?: Offer, exchanges?: readonly string[]): Promise<Stranger> {
    const stranger = new Stranger(sock, offer, exchanges)
    await soon(stranger.#met.promise, 'the keys of a stranger')
    stranger.send(packet(Message.serviceRequest, 'ssh-userauth'))
    await stranger.find(Message.serviceAccept)
    return stranger
  }

  /** What all exchanges of this kind share. */
  get exchangePrototype(): Exchange {
    return Object.getPrototypeOf(this.#protocol._kex)
  }

  get sessionId(): Buffer {
    return this.#protocol._kex?.sessionID ?? Buffer.alloc(0)
  }

  send(payload: Buffer): void {
    const { write } = this.#protocol._packetRW
    const at = write.allocStart
    const bytes = write.alloc(payload.length)
    bytes.set(payload, at)
    parts.sendPacket(this.#protocol, write.finalize(bytes))
  }

  count(type: number): number {
    return this.#came.filter((one) => one[0] === type).length
  }

  find(type: number): Promise<Buffer> {
    return eventually(() => this.#came.find((one) => one[0] === type), {
      timeoutMs: 15_000,
      what: `a message of type ${type}`,
    })
  }

  /** The sentence with which the server ended the connection. */
  async farewell(): Promise<string> {
    const reader = new PacketReader(await this.find(Message.disconnect))
    reader.number()
    return reader.text()
  }

  close(): void {
    this.#sock.destroy()
  }
}

/** Names these key exchanges, while ssh2 chooses from the first that it knows. */
function saying(exchanges: readonly string[]) {
  const plain = offerOf(['ssh-ed25519'])
  const names = [...exchanges, 'kex-strict-c-v00@openssh.com']
  const init = new kex.KexInit({ ...plain, kex: names })
  init.lists.kex.array = names.filter((name) => name !== HYBRID)
  return init
}
