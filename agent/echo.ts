// Sends every byte back: for tests and measurements of the link itself.

import { once } from 'node:events'
import type { ServedStream } from './link/served.ts'

export async function serveEcho(stream: ServedStream): Promise<void> {
  const { duplex } = stream
  stream.accept()
  for await (const bytes of duplex.iterator({ destroyOnReturn: false })) {
    if (!duplex.write(bytes)) await once(duplex, 'drain')
  }
  stream.fin({ ok: true })
}
