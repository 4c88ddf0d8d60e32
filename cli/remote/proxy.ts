// `skein proxy SPACE`: ssh's ProxyCommand. Standard input and output are the SSH connection's bytes; everything for a
// person goes to standard error, where ssh shows it.

import { addressOf } from '#protocol/api/client.ts'
import { Carrier } from './carrier.ts'
import { findRunning } from './find-space.ts'
import { openAnywhere } from './race.ts'
import type { Remote } from './remote.ts'

export async function proxy(remote: Remote, name: string): Promise<number> {
  const space = await findRunning(remote, name)
  const place = { params: { id: space.id }, query: { to: 'ssh' } }
  const path = addressOf('GET /spaces/:id/connect', place)
  const carrier = new Carrier({
    near: { readable: process.stdin, writable: process.stdout },
    open: () => openAnywhere(remote.ways, path),
    isOneConnection: true,
    say: (line) => process.stderr.write(`skein: ${line}\r\n`),
  })
  // ssh ends its ProxyCommand so.
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => carrier.cancel())
  try {
    await carrier.run()
  } finally {
    process.stdin.destroy()
  }
  return 0
}
