// Whether what a request has changed is on other peers by the time of its answer. The answer says so in a header, and is
// the same answer where it is not: then it comes to them later.

import type { PeersPort } from './ports.ts'
import type { Reply } from './reply.ts'
import type { Route } from './route.ts'

/**
 * What takes away rights, and what makes a credential that may be used at another peer in the next moment: for these every
 * peer that can be reached is waited for, not one.
 */
const EVERYWHERE: ReadonlySet<Route['action']> = new Set([
  'session.end',
  'session.revoke',
  'token.revoke',
  'key.remove',
  'me.password',
  'user.govern',
  'user.update',
  'user.delete',
  'space.share',
  'space.transfer',
  'factor.change',
  'invitation.create',
  'invitation.accept',
  'invitation.withdraw',
  'group.people',
  'group.update',
  'group.delete',
  'role.update',
  'role.delete',
  'token.create',
  'login.collect',
  'key.add',
])

export const RECEIVED_HEADER = 'skein-received'

/** `1/2`: one of the two other peers that can be reached has it. */
export async function withReceived(reply: Reply, route: Route, peers: PeersPort): Promise<Reply> {
  if (route.method === 'GET' || reply.status >= 400 || !peers.received) return reply
  const received = await peers.received(EVERYWHERE.has(route.action) ? 'all' : 'one')
  const said = { [RECEIVED_HEADER]: `${received.peers}/${received.of}` }
  return { ...reply, headers: { ...reply.headers, ...said } }
}
