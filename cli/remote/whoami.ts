// `skein whoami`: who this machine is signed in as, and with `--all` where else.

import { print } from '../output.ts'
import { meSchema } from './answers.ts'
import { columns } from './columns.ts'
import { readConfig } from './config.ts'
import { openRemote, type RemoteOptions } from './remote.ts'

export async function whoami(options: RemoteOptions & { readonly all?: true }): Promise<number> {
  if (options.all) return listServers(options)
  const remote = await openRemote(options)
  const { origin } = remote.access
  const me = await remote.call('GET /me', { answer: meSchema })
  const { user, peer } = me
  print(remote.asJson, { server: origin, ...me }, () => {
    return `${user.username} (${user.role}) on ${origin}, which runs Skein ${peer.version}`
  })
  return 0
}

async function listServers({ json }: RemoteOptions): Promise<number> {
  const { current, servers } = await readConfig(process.env)
  const known = Object.entries(servers).map(([server, { user }]) => {
    return { server, user, current: server === current }
  })
  print(json === true, { servers: known }, () => {
    if (known.length === 0) return 'Signed in nowhere. Begin with: skein login URL'
    return columns(known.map((one) => [one.current ? '*' : ' ', one.server, one.user]))
  })
  return 0
}
