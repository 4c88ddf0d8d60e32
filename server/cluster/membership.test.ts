import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { after, test } from 'node:test'
import { newId, type PeerId } from '#protocol/ids.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { systemClock, systemRandom } from '../clock.ts'
import { Links } from '../links/links.ts'
import { createLive } from '../live/table.ts'
import { type Change, Membership } from './membership.ts'
import { Keyring } from './seal/keyring.ts'
import { Sealer } from './seal/seal.ts'
import { encode } from './swim/codec.ts'

const secret = randomBytes(32)
const quiet = { debug() {}, info() {}, warn() {}, error() {} } as never

/** A peer’s port for links and datagrams, and its membership. */
class Peer {
  readonly id: PeerId
  readonly changes: Change[] = []
  refusedBy: PeerId | undefined
  membership!: Membership
  port = 0
  #server: Server | undefined
  #links: Links | undefined

  constructor(id = newId<'peer'>()) {
    this.id = id
  }

  async start(seeds: readonly string[], options: { keyring?: Keyring; boot?: number } = {}) {
    const server = createServer()
    this.#server = server
    server.listen(this.port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    this.port = typeof address === 'object' && address ? address.port : 0
    this.membership = await Membership.start({
      id: this.id,
      boot: options.boot ?? 1,
      cluster: 'test',
      keyring: options.keyring ?? new Keyring(secret),
      listen: { host: '127.0.0.1', port: this.port },
      advertise: this.address,
      metadata: '{}',
      seeds,
      clock: systemClock,
      random: systemRandom,
      log: quiet,
      onChange: (change) => this.changes.push(change),
      onRefused: (by) => {
        this.refusedBy = by
      },
    })
    const live = createLive({ clock: systemClock })
    const parts = { agentKey: () => undefined, live, clock: systemClock, log: quiet }
    const links = new Links({ ...parts, peers: this.membership })
    this.#links = links
    server.on('upgrade', (request, socket, head) => links.handleUpgrade(request, socket, head))
    return this
  }

  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  get states(): Record<string, string> {
    return Object.fromEntries(this.membership.peers.map(({ id, state }) => [id, state]))
  }

  sees(other: Peer, state: string): boolean {
    return this.states[other.id] === state
  }

  async kill(): Promise<void> {
    await this.membership.close()
    await this.#links?.close()
    this.#server?.closeAllConnections()
    this.#server?.close()
  }
}

const peers: Peer[] = []
after(() => Promise.all(peers.map((peer) => peer.kill())))

async function join(...seeds: Peer[]): Promise<Peer> {
  const peer = new Peer()
  peers.push(peer)
  return await peer.start(seeds.map(({ address }) => address))
}

const within = (what: string, timeoutMs = 15_000) => ({ what, timeoutMs })

test('peers that know one address find one another, and miss one that is killed', async () => {
  const a = await join()
  const b = await join(a)
  const c = await join(a)
  const all = [a, b, c]
  const know = () => all.every((p) => all.every((q) => p === q || p.sees(q, 'alive')))
  await eventually(know, within('three peers to know one another'))
  await c.kill()
  await eventually(() => a.sees(c, 'unreachable') && b.sees(c, 'unreachable'), within('a verdict'))
  // It comes back as itself, with another start and at another port.
  c.port = 0
  await c.start([b.address], { boot: 2 })
  await eventually(know, within('the restarted peer to be known'))
})

test('a peer that leaves is known to have left at once', async () => {
  const a = await join()
  const b = await join(a)
  await eventually(() => a.sees(b, 'alive') && b.sees(a, 'alive'), within('two peers'))
  await b.membership.leave()
  await eventually(() => a.sees(b, 'left'), within('the farewell', 2000))
})

test('a peer with another key is no member, and costs nothing but a count', async () => {
  const a = await join()
  const stranger = new Peer()
  peers.push(stranger)
  await stranger.start([a.address], { keyring: new Keyring(randomBytes(32)) })
  const socket = createSocket('udp4')
  const refused = () => [...a.membership.refusals.values()].reduce((sum, count) => sum + count, 0)
  try {
    for (let sent = 0; sent < 1000; sent++) {
      // The kernel keeps some hundreds at most.
      if (sent % 100 === 0) await eventually(() => refused() >= sent * 0.9, within('the refusals'))
      socket.send(randomBytes(1 + (sent % 1300)), a.port, '127.0.0.1')
    }
    await eventually(() => refused() >= 900, within('the refusals to be counted'))
  } finally {
    socket.close()
  }
  assert.deepEqual(a.membership.peers, [])
  assert.deepEqual(stranger.membership.peers, [])
})

test('what is replayed, forged, cut, too long, of an older form or no message at all is counted, and changes nothing', async () => {
  const a = await join()
  const sender = randomBytes(8)
  const keyring = new Keyring(secret)
  const sealer = new Sealer({ keyring, cluster: 'test', sender, maxBytes: 5000 })
  const from = newId<'peer'>()
  const view = { low: 0, high: 0 }
  const ping = encode({ type: 'ping', seq: 1, target: a.id, from, boot: 1, view, news: [] })
  const sealed = sealer.seal(ping)
  const forged = Buffer.from(sealed)
  forged[30] = (forged[30] ?? 0) ^ 1
  const hostile: Record<string, Buffer> = {
    replayed: sealed,
    forged,
    short: sealed.subarray(0, 20),
    long: sealer.seal(randomBytes(2000)),
    version: Buffer.concat([Buffer.from([0]), sealed.subarray(1)]),
    malformed: sealer.seal(randomBytes(40)),
  }
  const socket = createSocket('udp4')
  const before = process.memoryUsage().heapUsed
  try {
    socket.send(sealed, a.port, '127.0.0.1')
    for (let round = 1; round <= 200; round++) {
      hostile.malformed = sealer.seal(randomBytes(40))
      for (const bytes of Object.values(hostile)) socket.send(bytes, a.port, '127.0.0.1')
      const { refusals } = a.membership
      const all = () => Object.keys(hostile).every((why) => (refusals.get(why) ?? 0) >= round)
      await eventually(all, within(`round ${round}: ${JSON.stringify([...refusals])}`))
    }
  } finally {
    socket.close()
  }
  assert.ok(process.memoryUsage().heapUsed - before < 40 * 1024 * 1024)
  assert.deepEqual(a.membership.peers, [])
  assert.equal(a.membership.self.incarnation, 0)
})

test('where datagrams cannot be had, peers watch one another over their control connections', async (t) => {
  const [a, b] = [new Peer(), new Peer()]
  peers.push(a, b)
  const taken = await Promise.all([a, b].map((peer) => takeDatagramPort(peer)))
  t.after(() => taken.map((socket) => socket.close()))
  await a.start([])
  await b.start([a.address])
  await eventually(() => a.sees(b, 'alive') && b.sees(a, 'alive'), within('two peers'))
  assert.equal(a.membership.sentBytes + b.membership.sentBytes, 0)
  await b.kill()
  await eventually(() => a.sees(b, 'unreachable'), within('a verdict'))
})

/** A port whose datagrams go to somebody else; links may still be had there, unless another program has it by chance. */
async function takeDatagramPort(peer: Peer): Promise<Socket> {
  for (;;) {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    peer.port = socket.address().port
    if (await isFree(peer.port)) return socket
    socket.close()
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}

test('the cluster’s key is changed while peers watch one another', async () => {
  const [first, second] = [new Keyring(secret), new Keyring(secret)]
  const [a, b] = [new Peer(), new Peer()]
  peers.push(a, b)
  await a.start([], { keyring: first })
  await b.start([a.address], { keyring: second })
  await eventually(() => a.sees(b, 'alive') && b.sees(a, 'alive'), within('two peers'))
  const old = first.used.tag
  let next = randomBytes(32)
  while (new Keyring(next).used.tag === old) next = randomBytes(32)
  const rings = [first, second]
  const tag = rings.map((ring) => ring.install(next))[0] ?? 0
  for (const ring of rings) ring.use(tag)
  for (const ring of rings) ring.retire(old)
  const heard = a.membership.sentBytes
  await eventually(() => a.membership.sentBytes > heard + 2000, within('some seconds of probes'))
  assert.deepEqual(
    [a, b].flatMap(({ changes }) => changes.map(({ is }) => is)),
    ['alive', 'alive'],
  )
})

test('a copied data folder’s process is refused, and the first one stays', async () => {
  const a = await join()
  const b = await join(a)
  await eventually(() => a.sees(b, 'alive'), within('two peers'))
  const copy = new Peer(b.id)
  peers.push(copy)
  await copy.start([a.address])
  await eventually(() => copy.refusedBy !== undefined, within('the refusal'))
  assert.ok(a.sees(b, 'alive'))
})
