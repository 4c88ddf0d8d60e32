// `skein known-hosts SPACE`: ssh's KnownHostsCommand. Prints the line that ssh would otherwise look for in known_hosts;
// the key comes from the server, over the connection that was verified.

import { sshHostKeySchema } from '#protocol/api/connect.ts'
import { findRunning } from './find-space.ts'
import type { Remote } from './remote.ts'
import { hostOf } from './ssh-host.ts'

export async function knownHosts(remote: Remote, name: string): Promise<number> {
  const space = await findRunning(remote, name)
  const params = { id: space.id }
  const { key } = await remote.call('GET /spaces/:id/ssh-host-key', {
    params,
    answer: sshHostKeySchema,
  })
  process.stdout.write(`${hostOf(space.name)} ${key}\n`)
  return 0
}
