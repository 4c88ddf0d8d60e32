// The peer's end of links as a process of its own, to be killed: `node peer-process.ts <where> <space> <key>` listens
// on a unix socket, or on a port of its choice for 0, and writes its address, then `linked`.

import type { SpaceId } from '#protocol/ids.ts'
import { TestPeer } from '../../link/testing/linked.ts'
import { eventually } from '../support/eventually.ts'

const [, , where = '0', spaceId = '', key = ''] = process.argv
const peer = new TestPeer()
peer.another({ spaceId: spaceId as SpaceId, key: Buffer.from(key, 'hex') })
const address = await peer.listen(where === '0' ? 0 : where)
process.stdout.write(`${address}\n`)
const linked = () => peer.links.has(spaceId as SpaceId)
await eventually(linked, { timeoutMs: 10_000, what: 'the agent' })
process.stdout.write('linked\n')
