// The network: the address to listen at, and whether the spaces' subnets are free on this machine.

import { createServer } from 'node:net'
import { isLoopback, type TlsKind } from '../../server/config/https.ts'
import type { Address } from '../../server/config/schemas.ts'
import { parseSubnet, type Range } from '../../server/spaces/runtime/subnets.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

/** What listens there: pages and API, or ssh. */
interface Listener {
  readonly check: string
  readonly flag: string
}
const pages: Listener = { check: 'address', flag: '--listen' }
const ssh: Listener = { check: 'ssh', flag: '--ssh-listen' }

/** `isOurs`: the server of the same data folder runs, so the address is rightly in use. */
export async function checkListen(
  listen: Address,
  isOurs: boolean,
  { check, flag } = pages,
): Promise<Finding> {
  const name = `${listen.host}:${listen.port}`
  if (isOurs) return ok(check, `${name} is this server’s`)
  const problem = await tryListening(listen)
  if (problem === undefined) return ok(check, `${name} is free`)
  if (problem === 'EADDRINUSE') {
    const advice = `See what listens with: ss -ltnp 'sport = :${listen.port}'; or give another ${flag}.`
    return fail(check, `${name} is in use`, advice)
  }
  return fail(check, `${name} cannot be listened at (${problem})`, `Give another ${flag}.`)
}

/** Where ssh is answered; `listen` is undefined when it is off. */
export async function checkSsh(listen: Address | undefined, isOurs: boolean): Promise<Finding> {
  return listen === undefined ? ok('ssh', 'off') : checkListen(listen, isOurs, ssh)
}

function tryListening({ host, port }: Address): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port }, () => server.close(() => resolve(undefined)))
  })
}

export function checkExposure(
  listen: Address,
  publicUrl: string | undefined,
  kind?: TlsKind,
): Finding {
  if (kind === 'self') return ok('https', 'with a certificate of its own authority')
  if (kind === 'files') return ok('https', 'with the certificate of --tls-cert')
  if (isLoopback(listen.host)) return ok('https', 'Skein listens on this machine only')
  const advice =
    'Give --tls self, or put a proxy with HTTPS in front and let Skein listen on 127.0.0.1.'
  if (publicUrl?.startsWith('https:')) {
    return warn('https', 'HTTPS by a proxy, and plain HTTP beside it', advice)
  }
  return warn('https', 'Passwords and terminals can be read on the way', advice)
}

/** Skein skips what is routed inside its range, so only a route that covers all of it is a problem. */
export function checkSubnets(network: string, routes: readonly Range[]): Finding {
  const range = parseSubnet(network)
  const isCovered = routes.some(
    ({ first, last }) => range !== undefined && first <= range.first && range.last <= last,
  )
  if (!isCovered) return ok('subnets', `${network} is free for spaces`)
  const advice = 'Give a range that this machine does not use with --spaces-subnets.'
  return fail('subnets', `${network} is routed elsewhere by this machine`, advice)
}
