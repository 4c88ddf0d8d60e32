// The socket for membership's datagrams: sealed on the way out, opened on the way in, and counted where they are
// refused. Nothing that a stranger sends changes anything but a count.

import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Clock } from '../../clock.ts'
import type { Refusal, Sealer } from '../seal/seal.ts'

/** How long a name's address is believed, ms. */
const NAME_MS = 30_000
/** Names that are remembered; seeds and advertised addresses are few. */
const MAX_NAMES = 1000
/** Datagrams that the kernel holds while the event loop is busy, bytes: some hundreds. */
const RECEIVE_BYTES = 512 * 1024

/** `createSocket`, or a socket that loses some of what it is given. */
export type OpenSocket = (options: SocketOptions) => Socket

export interface DatagramsParts {
  readonly openSocket?: OpenSocket | undefined
  readonly sealer: Sealer
  readonly clock: Clock
  readonly onMessage: (bytes: Buffer, from: string) => void
  readonly onRefused: (reason: Refusal) => void
}

export class Datagrams {
  readonly #parts: DatagramsParts
  readonly #socket: Socket
  readonly #names = new Map<string, { readonly address: string; readonly untilMs: number }>()
  #isClosed = false
  /** Bytes and datagrams that went out, for the figures. */
  sentBytes = 0

  private constructor(socket: Socket, parts: DatagramsParts) {
    this.#socket = socket
    this.#parts = parts
    socket.on('message', (bytes, info) => this.#received(bytes, info))
    // An unreachable host may be told of here; the member's silence says as much.
    socket.on('error', () => undefined)
  }

  /** Rejects with the system's error when the address cannot be bound. */
  static async open(
    where: { readonly host: string; readonly port: number },
    parts: DatagramsParts,
  ): Promise<Datagrams> {
    const type = isIP(where.host) === 6 ? 'udp6' : 'udp4'
    const { openSocket = createSocket } = parts
    const socket = openSocket({ type, recvBufferSize: RECEIVE_BYTES })
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind({ port: where.port, address: where.host }, () => {
        socket.off('error', reject)
        resolve()
      })
    })
    return new Datagrams(socket, parts)
  }

  send(to: string, bytes: Uint8Array): void {
    const { host, port } = splitAddress(to)
    const sealed = this.#parts.sealer.seal(bytes)
    if (isIP(host)) this.#transmit(sealed, host, port)
    else void this.#resolveAndSend(sealed, host, port)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await new Promise<void>((resolve) => this.#socket.close(resolve))
  }

  async #resolveAndSend(sealed: Buffer, host: string, port: number): Promise<void> {
    try {
      this.#transmit(sealed, await this.#addressOf(host), port)
    } catch {
      // A name that leads nowhere now is a member that does not answer.
    }
  }

  async #addressOf(host: string): Promise<string> {
    const nowMs = this.#parts.clock.monotonicMs()
    const known = this.#names.get(host)
    if (known && known.untilMs > nowMs) return known.address
    const { address } = await lookup(host)
    if (this.#names.size >= MAX_NAMES) this.#names.clear()
    this.#names.set(host, { address, untilMs: nowMs + NAME_MS })
    return address
  }

  #transmit(sealed: Buffer, host: string, port: number): void {
    if (this.#isClosed) return
    this.sentBytes += sealed.length
    this.#socket.send(sealed, port, host, () => undefined)
  }

  #received(bytes: Buffer, { address, port, family }: RemoteInfo): void {
    const opened = this.#parts.sealer.open(bytes)
    if (typeof opened === 'string') this.#parts.onRefused(opened)
    else
      this.#parts.onMessage(
        opened.bytes,
        family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`,
      )
  }
}

/** `host:port` with brackets around an IPv6 address taken apart. */
export function splitAddress(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':')
  const host = address.slice(0, at).replace(/^\[|\]$/g, '')
  return { host, port: Number(address.slice(at + 1)) }
}
