// Carries bytes both ways between a stream and a socket until both directions have ended. Each may end first (half
// close), and each waits for the other's reader.

import type { Socket } from 'node:net'
import { finished } from 'node:stream/promises'
import type { ServedStream } from '../link/served.ts'

/** Resolves when all is carried and the fin is sent; a side that breaks takes the other with it. */
export async function joinDuplexes(stream: ServedStream, socket: Socket): Promise<void> {
  const { duplex } = stream
  const breakSocket = () => socket.destroy()
  duplex.once('close', breakSocket)
  duplex.on('error', breakSocket)
  duplex.pipe(socket)
  const toSocket = ended(socket, { readable: false })
  socket.on('data', (bytes) => {
    if (!duplex.write(bytes)) socket.pause()
  })
  duplex.on('drain', () => socket.resume())
  // A socket that the program reset ends with a fin that is not ok, and without an error of ours.
  const ok = await ended(socket, { writable: false })
  if (!duplex.destroyed) stream.fin({ ok })
  // What still comes for a closed socket is thrown away, so that the peer is not stopped by it.
  if (!(await toSocket)) duplex.resume()
}

async function ended(socket: Socket, of: { readable?: false; writable?: false }): Promise<boolean> {
  try {
    await finished(socket, of)
    return true
  } catch {
    return false
  }
}
