// Connections that the client opens into the space: `-L`, `-D`, `-W`, to a port or a unix socket. Confirmed only when the
// space has connected, so that a client hears why not instead of a connection that ends at once.

import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { Opening } from './channels.ts'
import { join } from './join.ts'
import { OpenFailure } from './messages.ts'
import type { SshGuest, SshStream } from './ports.ts'

/** As `open` of a `tcp` and of a `unix` stream take them. */
const MAX_HOST_CHARS = 255
const MAX_PATH_BYTES = 107

/** Resolves when the connection is over or was refused. */
export async function openDirect(
  opening: Opening,
  guest: SshGuest,
  signal: AbortSignal,
): Promise<void> {
  let stream: SshStream
  try {
    const open = readOpen(opening)
    await guest.ready({ say: () => undefined })
    stream = await guest.open(open, signal)
  } catch (caught) {
    opening.refuse(OpenFailure.connectFailed, toSkeinError(caught).message)
    if (!(caught instanceof SkeinError)) throw caught
    return
  }
  await join(opening.accept(), stream)
}

/** Throws `port_invalid`, `path_missing` or `ssh_protocol`. */
function readOpen({ type, body }: Opening): StreamOpen {
  const target = body.text()
  if (type !== 'direct-tcpip') {
    if (target.length === 0 || Buffer.byteLength(target) > MAX_PATH_BYTES) {
      throw new SkeinError('path_missing', { path: target.slice(0, MAX_PATH_BYTES) })
    }
    return { kind: 'unix', path: target }
  }
  const port = body.number()
  if (port < 1 || port > 65_535) throw new SkeinError('port_invalid', { port })
  if (target.length === 0 || target.length > MAX_HOST_CHARS) {
    throw new SkeinError('bad_request', { reason: 'the host name is too long' })
  }
  return { kind: 'tcp', host: target, port }
}
