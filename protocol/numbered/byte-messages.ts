// The JSON inside the numbered frames of plain bytes (streams of kind `resumable`): a terminal's without a screen.

import { z } from 'zod'
import { SkeinError } from '../errors.ts'
import { readJson } from './frames.ts'

const position = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const shortName = z.string().min(1).max(64)

const byteAttach = z.object({
  stream: shortName,
  run: shortName.optional(),
  seen: position.optional(),
  client: shortName,
  sent: position,
})

const byteAttached = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('resume'), run: shortName, from: position, heard: position }),
  z.object({ mode: z.literal('gone') }),
])

const byteEnded = z.object({ ok: z.boolean() })

/**
 * The first frame of each connection. `stream` and `client` are random names; `run` and `seen` are left out until the
 * first answer has come. `sent` is how many bytes of input were numbered, an end of input counted as one.
 */
export type ByteAttach = z.infer<typeof byteAttach>
/** `from`: where output goes on, the client's `seen`. `heard`: how much input has come. `gone`: that run is no more. */
export type ByteAttached = z.infer<typeof byteAttached>
/** How a direction ended; not ok: it broke. */
export type ByteEnded = z.infer<typeof byteEnded>

export const readByteAttach = (body: Uint8Array): ByteAttach => read(byteAttach, body)
export const readByteAttached = (body: Uint8Array): ByteAttached => read(byteAttached, body)
export const readByteEnded = (body: Uint8Array): ByteEnded => read(byteEnded, body)

function read<T>(schema: z.ZodType<T>, body: Uint8Array): T {
  const parsed = schema.safeParse(readJson(body))
  if (parsed.success) return parsed.data
  const reason = parsed.error.issues[0]?.message ?? 'wrong shape'
  throw new SkeinError('frame_invalid', { reason }, parsed.error)
}
