// A peer with many agents and one other peer, as a process of its own: `node told-peer.ts SECRET AGENT-KEY SEED`.
// Asked, it says what it used of a processor and what it sent to the other.

import { LivePeer } from '../../tests/support/live-peer.ts'

const [secret = '', agentKey = '', seed = ''] = process.argv.slice(2)
const key = Buffer.from(agentKey, 'hex')
const peer = new LivePeer(Buffer.from(secret, 'hex'))
await peer.start([seed], { agentKey: () => key })
process.send?.({ address: `http://${peer.address}` })
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  const sentBytes = peer.mesh.lines.reduce((sum, line) => sum + line.sentBytes, 0)
  const agents = peer.live.own.entries('usage').size
  process.send?.({ cpuSeconds: (user + system) / 1e6, sentBytes, agents })
})
process.on('disconnect', () => process.exit())
