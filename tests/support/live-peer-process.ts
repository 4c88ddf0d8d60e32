// What stopped-peer.ts runs.

import type { SpaceId } from '#protocol/ids.ts'
import { LivePeer } from './live-peer.ts'

interface Order {
  readonly secret: string
  readonly seeds: readonly string[]
  readonly space: SpaceId
}

const { secret, seeds, space } = JSON.parse(process.argv[2] ?? '{}') as Order
const peer = await new LivePeer(Buffer.from(secret, 'hex')).start(seeds)
peer.tell(space, 1)
process.stdout.write('started\n')
