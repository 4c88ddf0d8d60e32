// The whole text of an answer, up to a limit.

import type { Readable } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'

/** Beyond any answer of ours; a listing of files comes in pages. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

/** Rejects with `server_unreachable` when it breaks off or has no end. */
export async function readText(response: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > MAX_ANSWER_BYTES) throw new Error('too long')
      chunks.push(chunk)
    }
  } catch (error) {
    const details = { server: 'The server', reason: 'the answer broke off' }
    throw new SkeinError('server_unreachable', details, error)
  }
  return Buffer.concat(chunks).toString('utf8')
}
