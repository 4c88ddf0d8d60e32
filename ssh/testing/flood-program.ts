// A hostile client as a process of its own, as in the world: what it encrypts takes none of the event loop on which a test
// measures how long others wait. Started by `flood` (flood.ts).

import net from 'node:net'
import { Message } from '../messages.ts'
import { packet } from '../packet.ts'
import { Attacker } from './attacker.ts'
import type { Flood, FloodOrder } from './flood.ts'

/** Packets between two looks at whether the server still reads. */
const AT_ONCE = 500

/** Prepares a connection; answers what makes the packets, one after the other. */
const floods: Record<Flood, (attacker: Attacker) => Promise<(i: number) => Buffer>> = {
  'packets that say nothing': async () => repeated(packet(Message.ignore, 'x')),
  'messages of no known type': async () => repeated(packet(200, 'x')),
  'input of single bytes': async (attacker) => {
    const channel = await running(attacker, 'cat > /dev/null')
    return repeated(packet(Message.channelData, channel, Buffer.of(120)))
  },
  'sizes of a terminal': async (attacker) => {
    const { theirs } = await attacker.openSession()
    const terminal = ['pty-req', true, 'vt100', 80, 24, 0, 0, ''] as const
    attacker.send(packet(Message.channelRequest, theirs, ...terminal))
    attacker.exec(theirs, 'sleep 60')
    await attacker.find(Message.channelSuccess)
    const size = (i: number) => ['window-change', false, 80 + (i % 50), 24, 0, 0] as const
    return (i) => packet(Message.channelRequest, theirs, ...size(i))
  },
  'requests that nobody knows': async (attacker) => {
    const { theirs } = await attacker.openSession()
    return repeated(packet(Message.channelRequest, theirs, 'nonsense@example.org', true))
  },
  'channels past the limit': async () => (i) =>
    packet(Message.channelOpen, 'session', i, 2 ** 21, 32_768),
}

const repeated = (payload: Buffer) => () => payload

async function running(attacker: Attacker, command: string): Promise<number> {
  const { theirs } = await attacker.openSession()
  attacker.exec(theirs, command)
  await attacker.find(Message.channelSuccess)
  return theirs
}

const order = JSON.parse(process.argv[2] ?? '{}') as FloodOrder

/** Sends until the time is over and there were enough, or the server ends it; answers how many packets. */
async function send(attacker: Attacker, least: number, untilMs: number): Promise<number> {
  const make = await floods[order.flood](attacker)
  attacker.keeps = false
  let sent = 0
  while ((performance.now() < untilMs || sent < least) && !attacker.isClosed) {
    for (let i = 0; i < AT_ONCE; i++) attacker.send(make(sent++))
    await new Promise(setImmediate)
    await attacker.read()
  }
  return sent
}

const logins = Array.from({ length: order.connections }, () => {
  const sock = net.connect({ port: order.port, host: '127.0.0.1', noDelay: true })
  return Attacker.login(sock, order.privateKey, order.username)
})
const attackers = await Promise.all(logins)
const beganMs = performance.now()
const least = order.least / order.connections
process.send?.('begun')
const sent = await Promise.all(attackers.map((one) => send(one, least, beganMs + order.ms)))
const packets = sent.reduce((sum, one) => sum + one, 0)
process.send?.({ packets, perSecond: (packets / (performance.now() - beganMs)) * 1000 })
for (const attacker of attackers) attacker.close()
process.disconnect?.()
