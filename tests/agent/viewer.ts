// Somebody at a terminal of an agent, over a stream of a link: types, and reads what is shown.

import { randomUUID } from 'node:crypto'
import { NumberedClient } from '#protocol/numbered/client.ts'
import type { LinkStream } from '../../server/links/streams.ts'
import { eventually } from '../support/eventually.ts'

const KEPT_CHARS = 64 * 1024

export class Viewer {
  readonly #stream: LinkStream
  readonly #client: NumberedClient
  #text = ''

  constructor(stream: LinkStream, terminal: string) {
    this.#stream = stream
    this.#client = new NumberedClient({ stream: terminal, client: randomUUID(), label: 'test' })
    stream.duplex.on('data', (chunk: Uint8Array) => this.#receive(chunk))
    stream.duplex.on('error', () => undefined)
    stream.finished.catch(() => undefined)
    stream.duplex.write(this.#client.attach(80, 24))
  }

  type(text: string): void {
    const frame = this.#client.type(Buffer.from(text))
    if (this.#client.isAttached) this.#stream.duplex.write(frame)
  }

  /** Waits for what is shown from now on; forgets what was shown up to there. */
  async until(pattern: RegExp, timeoutMs = 15_000): Promise<string> {
    const found = await eventually(() => pattern.exec(this.#text), {
      timeoutMs,
      what: `${pattern} in ${JSON.stringify(this.#text.slice(-500))}`,
    })
    this.#text = this.#text.slice(found.index + found[0].length)
    return found[0]
  }

  close(): void {
    this.#stream.abort()
  }

  #receive(chunk: Uint8Array): void {
    for (const event of this.#client.receive(chunk)) {
      if (event.type === 'attached') {
        for (const frame of this.#client.resend()) this.#stream.duplex.write(frame)
      } else if (event.type === 'output' || event.type === 'snapshot') {
        this.#text = (this.#text + Buffer.from(event.bytes).toString()).slice(-KEPT_CHARS)
        const ack = this.#client.drawn(event.bytes.length)
        if (ack) this.#stream.duplex.write(ack)
      }
    }
  }
}
