// The one frame of a passing stream that is read on the way: its open, which says where it goes. What came behind it in
// the same bytes is kept, and so is the stream's silence until somebody takes it on.

import type { Http2Stream } from 'node:http2'
import { SkeinError } from '#protocol/errors.ts'
import { FrameType } from '#protocol/link.ts'
import { FirstFrameReader } from '../../../link/frames.ts'

export interface FirstFrame {
  readonly value: unknown
  /** Bytes behind the frame. */
  readonly rest: Buffer
}

/** Rejects with `frame_invalid`, `link_lost` when the stream ends before, or the signal's reason. */
export async function firstFrame(h2: Http2Stream, signal: AbortSignal): Promise<FirstFrame> {
  const { promise, resolve, reject } = Promise.withResolvers<FirstFrame>()
  const reader = new FirstFrameReader(FrameType.open)
  const take = (chunk: Buffer) => {
    try {
      const frame = reader.push(chunk)
      if (!frame) return
      h2.pause()
      resolve(frame)
    } catch (error) {
      reject(error)
    }
  }
  const lost = () => reject(new SkeinError('link_lost'))
  const giveUp = () => reject(signal.reason)
  h2.on('data', take).once('end', lost).once('close', lost)
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  try {
    return await promise
  } finally {
    h2.off('data', take).off('end', lost).off('close', lost)
    signal.removeEventListener('abort', giveUp)
  }
}
