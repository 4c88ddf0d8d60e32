// A stream of a link as a carrier.

import type { Carrier, CarrierEvents } from '../../../link/trunk/carrier.ts'
import type { LinkStream } from '../../links/streams.ts'

export class StreamCarrier implements Carrier {
  readonly #stream: LinkStream

  constructor(stream: LinkStream) {
    this.#stream = stream
  }

  get isClosed(): boolean {
    return this.#stream.duplex.destroyed
  }

  attach({ data, drained, ended, closed }: CarrierEvents): void {
    const { duplex } = this.#stream
    let error: Error | undefined
    duplex.on('data', data)
    duplex.on('drain', drained)
    duplex.on('end', ended)
    duplex.on('error', (cause) => {
      error = cause
    })
    duplex.on('close', () => closed(error))
  }

  /** Its bytes are somebody else's from now on. */
  detach(): void {
    this.#stream.duplex.removeAllListeners('data')
    this.#stream.duplex.removeAllListeners('drain')
  }

  write(bytes: Buffer | string): boolean {
    return this.#stream.duplex.write(bytes, 'latin1')
  }

  pause(): void {
    this.#stream.duplex.pause()
  }

  resume(): void {
    this.#stream.duplex.resume()
  }

  end(): void {
    this.#stream.fin({ ok: true })
  }

  abort(): void {
    this.#stream.abort()
  }
}
