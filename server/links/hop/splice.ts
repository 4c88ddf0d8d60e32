// Joins two HTTP/2 streams so that what comes out of one goes into the other as it is, with back-pressure, half close
// and reset both ways. Frames pass unread: whoever opened the stream checks them, as it would its own agent's.

import { constants, type Http2Stream } from 'node:http2'

export function splice(a: Http2Stream, b: Http2Stream): void {
  const ended = new Set<Http2Stream>()
  flow(a, b, ended)
  flow(b, a, ended)
}

function flow(from: Http2Stream, to: Http2Stream, ended: Set<Http2Stream>): void {
  from.on('data', (chunk: Buffer) => {
    if (isWritable(to) && !to.write(chunk)) from.pause()
  })
  to.on('drain', () => from.resume())
  // An abort and a dead socket read as an end as well. No fin goes with it, so that the far side takes it for a loss.
  from.on('end', () => {
    ended.add(from)
    if (isWritable(to)) to.end()
  })
  from.on('error', () => undefined) // told by the close
  from.on('close', () => {
    // With both directions ended, what is written last still goes out; anything else is over at once for both.
    const isInOrder = ended.has(from) && ended.has(to) && isQuiet(from)
    if (!isInOrder) reset(to)
  })
  if (from.destroyed) reset(to)
}

const isWritable = (h2: Http2Stream): boolean => !h2.destroyed && !h2.writableEnded

const isQuiet = ({ rstCode }: Http2Stream): boolean => rstCode === constants.NGHTTP2_NO_ERROR

export function reset(h2: Http2Stream): void {
  if (h2.closed || h2.destroyed) return
  h2.close(constants.NGHTTP2_CANCEL)
  // What was not read keeps a closed stream from going away.
  h2.resume()
}
