// Whether what a request has changed is on other peers by the time of its answer. The answer says so in a header, and is
// the same answer where it is not: then it comes to them later.

import type { PeersPort } from './ports.ts'
import type { Reply } from './reply.ts'
import type { Route } from './route.ts'

/** What takes away rights: for these every peer that can be reached is waited for, not one. */
const REVOKING: ReadonlySet<Route['action']> = new Set([
  'session.end',
  'session.revoke',
  'token.revoke',
  'key.remove',
  'me.password',
  'user.govern',
  'user.update',
  'user.delete',
  'space.share',
])

export const RECEIVED_HEADER = 'skein-received'

/** `1/2`: one of the two other peers that can be reached has it. */
export async function withReceived(reply: Reply, route: Route, peers: PeersPort): Promise<Reply> {
  if (route.method === 'GET' || reply.status >= 400 || !peers.received) return reply
  const received = await peers.received(REVOKING.has(route.action) ? 'all' : 'one')
  const said = { [RECEIVED_HEADER]: `${received.peers}/${received.of}` }
  return { ...reply, headers: { ...reply.headers, ...said } }
}
