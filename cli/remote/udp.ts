// UDP for `skein port`: each sender on this machine is a flow with a resumable stream of its own, until it has been
// silent for a while. A datagram that finds the stream full is dropped, as a network would.

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { Readable, Writable } from 'node:stream'
import { toSkeinError } from '#protocol/errors.ts'
import { Carrier } from './carrier.ts'
import { DatagramReader, encodeDatagram } from './datagrams.ts'
import { listening } from './listening.ts'
import type { Listening, ListenOptions } from './port.ts'

/** Longer than QUIC and WireGuard leave between two signs of life, ms. */
const IDLE_MS = 120_000
const MAX_FLOWS = 64
/** What may wait for the stream, bytes; beyond it datagrams are dropped. */
const MAX_WAITING_BYTES = 256 * 1024

class Flow {
  readonly readable = new Readable({ read: () => undefined, highWaterMark: MAX_WAITING_BYTES })
  readonly writable: Writable
  readonly carrier: Carrier
  readonly #idle: NodeJS.Timeout

  constructor(answer: (datagram: Buffer) => void, open: ListenOptions['open']) {
    const reader = new DatagramReader()
    this.writable = new Writable({
      write: (chunk: Buffer, _, done) => {
        for (const datagram of reader.push(chunk)) answer(datagram)
        this.#idle.refresh()
        done()
      },
    })
    this.carrier = new Carrier({ near: this, open })
    this.#idle = setTimeout(() => this.carrier.cancel(), IDLE_MS)
  }

  take(datagram: Buffer): void {
    this.#idle.refresh()
    if (this.readable.readableLength < MAX_WAITING_BYTES)
      this.readable.push(encodeDatagram(datagram))
  }

  end(): void {
    clearTimeout(this.#idle)
    this.readable.destroy()
    this.writable.destroy()
  }
}

/** Rejects with `port_unusable`. */
export async function listenUdp({ host, port, open, say }: ListenOptions): Promise<Listening> {
  const socket = createSocket('udp4')
  const flows = new Map<string, Flow>()
  socket.on('message', (datagram, from) => {
    const key = `${from.address}:${from.port}`
    const flow = flows.get(key) ?? begin(key, from)
    flow?.take(datagram)
  })
  const begin = (key: string, from: RemoteInfo): Flow | undefined => {
    if (flows.size >= MAX_FLOWS) return undefined
    const flow = new Flow((datagram) => socket.send(datagram, from.port, from.address), open)
    flows.set(key, flow)
    flow.carrier
      .run()
      .catch((caught: unknown) => say(toSkeinError(caught).message))
      .finally(() => {
        flows.delete(key)
        flow.end()
      })
    return flow
  }
  await bind(socket, host, port)
  return {
    port: socket.address().port,
    async close() {
      for (const { carrier } of flows.values()) carrier.cancel()
      socket.close()
    },
  }
}

async function bind(socket: Socket, host: string, port: number): Promise<void> {
  socket.bind(port, host)
  await listening(socket, `${host}:${port}`)
  socket.on('error', () => undefined) // A datagram that cannot be delivered is lost, as on any network.
}
