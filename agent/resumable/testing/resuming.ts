// A client of a resumable stream whose connections a test cuts: it connects again at once and goes on.

import { randomUUID } from 'node:crypto'
import type { SkeinError } from '#protocol/errors.ts'
import type { Actor, StreamOpen } from '#protocol/link.ts'
import { ResumableClient, type ResumableEvent } from '#protocol/numbered/byte-client.ts'
import type { ServedStream } from '../../../agent/link/served.ts'
import { type PeerEnd, servedPair } from '../../../tests/agent/served-pair.ts'

type Open = Extract<StreamOpen, { kind: 'resumable' }>

export class Resuming {
  readonly client: ResumableClient
  readonly #open: Open
  readonly #serve: (stream: ServedStream) => Promise<void>
  readonly #actor: Actor | undefined
  #peer: PeerEnd | undefined
  connections = 0
  attachments = 0
  readonly fin = Promise.withResolvers<boolean>()
  readonly error = Promise.withResolvers<SkeinError>()
  readonly gone = Promise.withResolvers<number>()
  onOutput: (bytes: Uint8Array, consumed: () => void) => void = (_, consumed) => consumed()
  onRoom: () => void = () => undefined

  constructor(
    to: Open['to'],
    serve: (stream: ServedStream) => Promise<void>,
    options: { name?: string; client?: string; actor?: Actor } = {},
  ) {
    this.#open = { kind: 'resumable', to }
    this.#serve = serve
    this.#actor = options.actor
    const { name = randomUUID(), client = randomUUID() } = options
    this.client = new ResumableClient({ stream: name, client })
  }

  connect(): void {
    this.connections++
    const { served, peer } = servedPair(this.#open)
    this.#peer = peer
    void this.#serve(this.#actor ? { ...served, actor: this.#actor } : served)
    peer.duplex.on('error', () => undefined)
    peer.duplex.on('data', (chunk: Buffer) => {
      if (this.#peer !== peer) return
      for (const event of this.client.receive(chunk)) this.#act(event)
    })
    this.#send(this.client.attach())
  }

  /** As a link that is lost: what is on its way is gone. */
  cut(): void {
    const peer = this.#peer
    this.#peer = undefined
    peer?.duplex.destroy()
  }

  reconnect(): void {
    this.cut()
    this.connect()
  }

  write(bytes: Uint8Array): void {
    const frame = this.client.send(bytes)
    if (this.client.isAttached) this.#send(frame)
  }

  end(): void {
    const frame = this.client.end()
    if (this.client.isAttached) this.#send(frame)
  }

  cancel(): void {
    this.#send(this.client.cancel())
  }

  #act(event: ResumableEvent): void {
    switch (event.type) {
      case 'attached':
        this.attachments++
        for (const frame of this.client.resend()) this.#send(frame)
        return
      case 'output':
        this.onOutput(event.bytes, () => this.#consumed(event.bytes.length))
        return
      case 'room':
        this.onRoom()
        return
      case 'fin':
        this.#consumed(0)
        this.fin.resolve(event.ok)
        return
      case 'gone':
        this.gone.resolve(event.lostBytes)
        return
      case 'error':
        this.error.resolve(event.error)
    }
  }

  #consumed(bytes: number): void {
    const ack = this.client.consumed(bytes)
    if (ack && this.client.isAttached) this.#send(ack)
  }

  #send(frame: Uint8Array): void {
    this.#peer?.duplex.write(frame)
  }
}
