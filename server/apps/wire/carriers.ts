// Opens connections to one port of one space: lines on a trunk that stands for as long as somebody visits; to an agent
// of an earlier version, which knows no trunks, each a stream of its own.

import { SkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { Carrier } from '../../../link/trunk/carrier.ts'
import { Trunk } from '../../../link/trunk/trunk.ts'
import type { Clock } from '../../clock.ts'
import { ANSWER_TIMEOUT_MS } from '../../links/stream.ts'
import type { LinkStream } from '../../links/streams.ts'
import { within } from '../../links/within.ts'
import { StreamCarrier } from './stream-carrier.ts'

export interface CarriersParts {
  readonly port: number
  readonly clock: Clock
  /** Rejects as `Streams.open` does. */
  stream(open: StreamOpen): Promise<LinkStream>
}

export class Carriers {
  readonly #parts: CarriersParts
  #trunk: Promise<Trunk | undefined> | undefined
  #isClosed = false

  constructor(parts: CarriersParts) {
    this.#parts = parts
  }

  /** Rejects as `Streams.open` does. */
  async open(): Promise<Carrier> {
    const { port, clock, stream } = this.#parts
    this.#trunk ??= this.#begin()
    const trunk = await this.#trunk
    if (!trunk) return new StreamCarrier(await stream({ kind: 'tcp', port }))
    const { line, opened } = trunk.open()
    try {
      await within(opened, { clock, timeoutMs: ANSWER_TIMEOUT_MS, thing: 'The agent' })
      return line
    } catch (error) {
      line.abort()
      throw error
    }
  }

  close(): void {
    this.#isClosed = true
    this.#trunk?.then(
      (trunk) => trunk?.close(),
      () => undefined, // whoever wished for it was told
    )
  }

  /** Forgets what fails or ends, so that the next connection asks again. */
  #begin(): Promise<Trunk | undefined> {
    const begun = this.#standing()
    const forget = (): void => {
      if (this.#trunk === begun) this.#trunk = undefined
    }
    begun.then(
      (trunk) => (trunk ? trunk.ended.addEventListener('abort', forget, { once: true }) : forget()),
      forget,
    )
    return begun
  }

  async #standing(): Promise<Trunk | undefined> {
    const { port, stream } = this.#parts
    try {
      const trunk = new Trunk(await stream({ kind: 'ports', port }))
      if (this.#isClosed) trunk.close()
      return trunk
    } catch (error) {
      if (error instanceof SkeinError && error.code === 'stream_unsupported') return undefined
      throw error
    }
  }
}
