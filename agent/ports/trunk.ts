// Serves a trunk: each of its lines is a connection to one port of the space.

import type { Socket } from 'node:net'
import { toSkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { Line } from '../../link/trunk/line.ts'
import { Trunk } from '../../link/trunk/trunk.ts'
import type { ServedStream } from '../link/served.ts'
import { dialPort } from './connect.ts'

type PortsOpen = Extract<StreamOpen, { kind: 'ports' }>

/** Resolves when the trunk has ended. */
export async function servePorts(stream: ServedStream, { port }: PortsOpen): Promise<void> {
  stream.accept()
  const { promise, resolve } = Promise.withResolvers<void>()
  const trunk = new Trunk(
    { ...stream, abort: (reason) => stream.duplex.destroy(reason) },
    { onOpen: (line) => void serveLine(trunk, line, port) },
  )
  trunk.ended.addEventListener('abort', () => resolve(), { once: true })
  await promise
}

/**
 * What any socket brings is read into here and copied into the trunk's batch before the next is read: memory of its own
 * for each read costs more than the copy.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)

/** Never rejects. */
async function serveLine(trunk: Trunk, line: Line, port: number): Promise<void> {
  const onread = {
    buffer: READ_BUFFER,
    callback: (bytes: number) => line.writeShared(READ_BUFFER.subarray(0, bytes)),
  }
  try {
    // Nothing is read before it is joined: reading begins with a later turn than `connect`.
    const socket = await dialPort(undefined, port, onread)
    if (line.isClosed) socket.destroy()
    else {
      trunk.accept(line)
      joinLine(line, socket)
    }
  } catch (caught) {
    trunk.refuse(line, toSkeinError(caught))
  }
}

/** Carries bytes both ways until both directions have ended; each waits for the other's reader. */
function joinLine(line: Line, socket: Socket): void {
  let isClosed = false
  socket.on('drain', () => line.resume())
  socket.on('end', () => line.end())
  // The close tells; a reset connection must not end the agent.
  socket.on('error', () => undefined)
  socket.on('close', () => {
    isClosed = true
    line.end()
    // What still comes for it is thrown away, so that the peer is not stopped by it.
    line.resume()
  })
  line.attach({
    data: (bytes) => {
      if (!isClosed && !socket.write(bytes)) line.pause()
    },
    drained: () => socket.resume(),
    ended: () => socket.end(),
    closed: (error) => {
      if (error) socket.destroy()
    },
  })
}
