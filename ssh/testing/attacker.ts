// A client that logs in like any other and then sends whatever a test wants: ssh2's own client, whose packets are made by
// hand. What the server sends is kept by message type.

import type { Duplex } from 'node:stream'
import { Client } from 'ssh2'
import type Protocol from 'ssh2/lib/protocol/Protocol.js'
import parts from 'ssh2/lib/protocol/utils.js'
import { eventually } from '../../tests/support/eventually.ts'
import { Message } from '../messages.ts'
import { PacketReader, packet } from '../packet.ts'
import { gcmPacket } from '../packet-pool.ts'
import { prepareKeys } from '../prepared-keys.ts'
import { soon } from './soon.ts'

const PATIENCE_MS = 15_000
const MAX_UNREAD_BYTES = 1024 * 1024

export class Attacker {
  readonly client = new Client()
  /** Payloads as they came. */
  readonly came: Buffer[] = []
  /** Whether these are kept; a flood of answers is only counted. */
  keeps = true
  count = 0
  readonly closed: Promise<void>
  isClosed = false
  readonly #sock: Duplex
  #lastChannel = 1000
  #isCorked = false

  private constructor(sock: Duplex) {
    this.#sock = sock
    this.closed = new Promise((resolve) =>
      this.client.once('close', () => {
        this.isClosed = true
        resolve()
      }),
    )
    this.client.on('error', () => undefined)
  }

  static async login(sock: Duplex, privateKey: string, username = 'me'): Promise<Attacker> {
    const attacker = new Attacker(sock)
    const ready = new Promise<void>((resolve, reject) => {
      attacker.client.once('ready', resolve)
      attacker.client.once('error', reject)
    })
    attacker.client.connect({ sock, username, privateKey })
    attacker.#listen()
    await soon(ready, 'the login')
    return attacker
  }

  get protocol(): Protocol {
    return (this.client as unknown as { _protocol: Protocol })._protocol
  }

  /** Resolves when the server has read nearly all: what waits here is no memory of the server's. */
  async read(): Promise<void> {
    while (this.#sock.writableLength > MAX_UNREAD_BYTES && !this.isClosed) {
      await new Promise(setImmediate)
    }
  }

  send(payload: Buffer): void {
    if (this.isClosed) return
    this.#gather()
    const { write } = this.protocol._packetRW
    const at = write.allocStart
    const bytes = write.alloc(payload.length)
    bytes.set(payload, at)
    try {
      parts.sendPacket(this.protocol, write.finalize(bytes))
    } catch {
      // The connection is gone; tests look at that.
    }
  }

  /** Opens a session; answers our number of it and the server's. */
  async openSession(windowBytes = 2 ** 21, packetBytes = 32_768) {
    const ours = ++this.#lastChannel
    this.send(packet(Message.channelOpen, 'session', ours, windowBytes, packetBytes))
    const confirmed = await this.find(
      Message.channelOpenConfirmation,
      (body) => body.number() === ours,
    )
    const theirs = new PacketReader(confirmed, 5).number()
    return { ours, theirs }
  }

  exec(channel: number, command: string): void {
    this.send(packet(Message.channelRequest, channel, 'exec', true, command))
  }

  /** The first packet of a type that is like that. */
  find(type: number, isIt: (body: PacketReader) => boolean = () => true): Promise<Buffer> {
    return eventually(
      () => this.came.find((one) => one[0] === type && isIt(new PacketReader(one))),
      { timeoutMs: PATIENCE_MS, what: `a message of type ${type}` },
    )
  }

  /** The sentence with which the server ended the connection. */
  async farewell(): Promise<string> {
    const payload = await this.find(Message.disconnect)
    const reader = new PacketReader(payload)
    reader.number()
    return reader.text()
  }

  close(): void {
    this.client.destroy()
  }

  /** What is sent at once leaves at once: a flood is not to be held up by a call to the kernel for each part of a packet. */
  #gather(): void {
    if (this.#isCorked) return
    this.#isCorked = true
    this.#sock.cork()
    process.nextTick(() => {
      this.#isCorked = false
      this.#sock.uncork()
    })
  }

  /** Puts itself before ssh2's own reader; called before the first keys are in use. */
  #listen(): void {
    const { protocol } = this
    const complete = protocol._onHandshakeComplete
    protocol._onHandshakeComplete = (negotiated) => {
      if (negotiated.cs.cipher.includes('-gcm')) protocol._cipher.allocPacket = gcmPacket
      prepareKeys(protocol)
      complete(negotiated)
    }
    const handle = protocol._onPayload
    protocol._onPayload = (payload) => {
      this.count++
      if (this.keeps) this.came.push(Buffer.from(payload))
      const isOurs = payload[0] !== undefined && payload[0] > 89 && payload[0] < 101
      if (isOurs || payload[0] === Message.disconnect) return
      return handle(payload)
    }
  }
}
