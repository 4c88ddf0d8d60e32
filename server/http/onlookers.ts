// People who may look on at a terminal and not type. The agent is told so, but may be of a version that does not know the
// word, or its user's own program: so what a viewer sends is read here, and only what moves nothing goes on.

import { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import { encodeFrame, FrameReader, NumberedType } from '#protocol/numbered/frames.ts'
import { askAgent } from './ask-agent.ts'
import type { EnterCall } from './entering.ts'
import type { Door } from './ports.ts'

const passing: ReadonlySet<NumberedType> = new Set([
  NumberedType.attach,
  NumberedType.ackOut,
  NumberedType.ping,
])

export class OnlooksFilter {
  readonly #reader = new FrameReader()

  /** What of this may go on. A window's size is dropped. Throws `forbidden` for what is typed, and `frame_invalid`. */
  pass(bytes: Uint8Array): Uint8Array {
    const frames = this.#reader.push(bytes)
    return Buffer.concat(frames.flatMap(({ type, body }) => this.#through(type, body)))
  }

  #through(type: NumberedType, body: Uint8Array): Uint8Array[] {
    if (type === NumberedType.in) {
      throw new SkeinError('forbidden', { action: 'type in', thing: 'terminal' })
    }
    return passing.has(type) ? [encodeFrame(type, body)] : []
  }
}

const listSchema = z.object({ terminals: z.array(z.object({ name: z.string() })).max(1000) })

/** Attaching would make a terminal that is not there. Rejects with `terminal_gone`. */
export async function assertThere(door: Door, call: EnterCall, open: StreamOpen): Promise<void> {
  const { terminals } = await askAgent(door, call, { question: 'terminals' }, listSchema)
  const isThere = open.kind === 'terminal' && terminals.some(({ name }) => name === open.terminal)
  if (!isThere) throw new SkeinError('terminal_gone')
}
