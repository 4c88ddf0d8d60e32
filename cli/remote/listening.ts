// Waits until something listens on this machine, or says why it cannot.

import { type EventEmitter, once } from 'node:events'
import { SkeinError } from '#protocol/errors.ts'

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there',
  EACCES: 'ports below 1024 are the system’s',
}

/** Rejects with `port_unusable`. */
export async function listening(server: EventEmitter, address: string): Promise<void> {
  try {
    await once(server, 'listening')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'it failed'
    throw new SkeinError('port_unusable', { address, reason: reasons[code] ?? code }, cause)
  }
}
