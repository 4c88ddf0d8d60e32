// The cluster's peers as an administrator sees them, and the token with which another one joins.

import { SkeinError } from '#protocol/errors.ts'
import type { PeerId } from '#protocol/ids.ts'
import { audited } from '../identity/audit.ts'
import type { Door } from './ports.ts'
import { accepted, ok } from './reply.ts'
import { by, route } from './route.ts'

export const peerRoutes = [
  route('GET /peers/urls', {
    action: 'peer.urls',
    handle: ({ roaming }: Door) => ok({ urls: roaming.urls() }),
  }),
  route('GET /peers', {
    action: 'peer.list',
    handle: async ({ peers }: Door) => ok({ peers: await peers.list() }),
  }),
  route('POST /peers/:id/wishes', {
    action: 'peer.send',
    async handle({ peers }: Door, call) {
      const asked = await peers.ask?.(call.params.id ?? '', call.body, by(call))
      if (!asked) throw new SkeinError('not_found', { thing: 'peer' })
      return accepted(asked)
    },
  }),
  route('POST /peers/token', {
    action: 'peer.invite',
    async handle({ records, peers, config }, call) {
      const { id, name } = config.peer
      const note = audited(by(call), 'peer.token', { kind: 'peer', id: id as PeerId, name })
      // Noted before it is shown: it is the cluster's secret.
      await records.transact(() => ({ changes: [note], result: undefined }))
      return ok({ token: peers.token() })
    },
  }),
]
