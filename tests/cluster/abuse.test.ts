// Two real servers that are joined, and what is thrown at what peers say to each other: tokens and keys of others, frames
// replayed, forged, of impossible lengths and older forms, plain text, a copied peer. Members stay who they are, memory
// stays flat, and people are served.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http2 from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import tls, { type TLSSocket } from 'node:tls'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { newId } from '#protocol/ids.ts'
import { formatPeerIdentity, type Lane, LINK_CIPHERS, lanes } from '#protocol/link.ts'
import { sessionOptions } from '../../link/session.ts'
import { formatJoinToken, type JoinToken, parseJoinToken } from '../../server/cluster/join-token.ts'
import { Keyring } from '../../server/cluster/seal/keyring.ts'
import { Sealer } from '../../server/cluster/seal/seal.ts'
import { encode } from '../../server/cluster/swim/codec.ts'
import { derivePeerKey } from '../../server/cluster/wire/lines.ts'
import { securedOrError, upgraded } from '../links/middle.ts'
import { Api } from '../support/api.ts'
import { eventually, stands } from '../support/eventually.ts'
import { freePath, freePort, Skein } from '../support/skein.ts'

const BIN = new URL('../../cli/bin.js', import.meta.url).pathname
const NO_ENGINE = ['--docker', freePath('no-engine.sock')]
const within = (what: string) => ({ what, timeoutMs: 30_000 })
/** Longer than three rounds of probes: whoever is believed is listed by then. */
const BELIEVED = { stillMs: 3_000, timeoutMs: 30_000, what: 'the same members' }
/** What a flood may leave in a peer, bytes: far below what was sent or claimed. */
const MOST_GROWTH_BYTES = 64 * 1024 * 1024

let skein: Skein
let api: Api
let second: Skein
let token: JoinToken

before(async () => {
  ;({ skein, api } = await Skein.start({ flags: NO_ENGINE }))
  const made = await api.call<{ token: string }>('POST', '/peers/token')
  token = parseJoinToken(made.token)
  const flags = [...NO_ENGINE, '--join', made.token]
  ;({ skein: second } = await Skein.start({ bare: true, flags }))
  await eventually(async () => (await alive()).length === 2, within('two members'))
})
after(async () => {
  await Promise.all([skein, second].map((one) => one?.close()))
})

const members = async () => (await api.call<{ peers: PeerInfo[] }>('GET', '/peers')).peers
const alive = async () => (await members()).filter(({ state }) => state === 'alive')

/** Both members are there, nobody else is, and people are served. */
async function nothingChanged(): Promise<void> {
  let now = ''
  const look = setInterval(() => {
    members().then(
      (peers) => {
        now = peers.map(({ id, state }) => `${id} ${state}`).join()
      },
      (error: unknown) => {
        now = String(error)
      },
    )
  }, 100)
  await stands(() => now, BELIEVED).finally(() => clearInterval(look))
  assert.deepEqual(
    (await members()).map(({ state }) => state),
    ['alive', 'alive'],
  )
}

function residentBytes(pid: number): number {
  const [, kB] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kB) * 1024
}

/** A server that is not waited for, and what it says. */
function startOther(data: string, port: number, flags: readonly string[]) {
  const place = ['--data', data, '--listen', `127.0.0.1:${port}`, '--ssh-listen', 'off']
  const child = spawn(process.execPath, [BIN, 'server', ...place, ...NO_ENGINE, ...flags])
  const said = { text: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said.text += chunk.toString()
    })
  }
  // At once: one that has still to join would be waited for.
  const end = async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    const { pid } = JSON.parse(readFileSync(join(data, 'run', 'peer-1.json'), 'utf8'))
    process.kill(pid, 'SIGKILL')
    rmSync(data, { recursive: true, force: true })
  }
  return { child, said, end }
}

const folder = () => mkdtempSync(join(tmpdir(), 'skein-test-'))

test('a server with a token of another secret is no member, and gets nothing', async (t) => {
  const forged = formatJoinToken({ ...token, secret: randomBytes(32) })
  const data = folder()
  const port = await freePort()
  const stranger = startOther(data, port, ['--name', 'stranger', '--join', forged])
  t.after(() => stranger.end())
  await eventually(() => stranger.said.text !== '', within('it to run'))
  await nothingChanged()
  const isReady = await fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )
  assert.equal(isReady, false, 'who is let in nowhere has no cluster to serve')
})

test('datagrams that are replayed, forged, cut, unsealed, of an older form or another key change nothing', async () => {
  const [peer] = (await members()).filter(({ isSelf }) => isSelf)
  assert.ok(peer)
  const sealing = { cluster: token.cluster, sender: randomBytes(8), maxBytes: 5000 }
  const sealer = new Sealer({ ...sealing, keyring: new Keyring(token.secret) })
  const stranger = new Sealer({ ...sealing, keyring: new Keyring(randomBytes(32)) })
  const target = peer.id as ReturnType<typeof newId<'peer'>>
  const from = newId<'peer'>()
  const view = { low: 0, high: 0 }
  const ping = encode({ type: 'ping', seq: 1, target, from, boot: 1, view, news: [] })
  const sealed = sealer.seal(ping)
  const forged = Buffer.from(sealed)
  forged[30] = (forged[30] ?? 0) ^ 1
  const older = Buffer.concat([Buffer.from([0]), sealed.subarray(1)])
  const hostile = [sealed, forged, older, sealed.subarray(0, 20), ping, stranger.seal(ping)]
  const before = residentBytes(skein.peerPid)
  const socket = createSocket('udp4')
  let answers = 0
  socket.on('message', () => answers++)
  try {
    socket.send(sealed, skein.port, '127.0.0.1')
    await eventually(() => answers === 1, within('the one that is good to be answered'))
    for (let i = 0; i < 1000; i++) {
      for (const bytes of hostile) socket.send(bytes, skein.port, '127.0.0.1')
      socket.send(randomBytes(1 + i), skein.port, '127.0.0.1')
      if (i % 50 === 0) await api.call('GET', '/me')
    }
    await nothingChanged()
    assert.equal(answers, 1)
  } finally {
    socket.close()
  }
  assert.ok(residentBytes(skein.peerPid) - before < MOST_GROWTH_BYTES)
})

interface Dial {
  readonly lane?: Lane
  readonly key?: Buffer
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3'
}

/** A connection as another peer makes one, upgraded and inside TLS. */
async function dialAsPeer({ lane = 'control', key, maxVersion = 'TLSv1.3' }: Dial) {
  const ring = new Keyring(token.secret)
  const identity = formatPeerIdentity({
    ...{ peerId: newId<'peer'>(), run: 'abuse', lane },
    keyTag: ring.used.tag,
  })
  return tls.connect({
    socket: await upgraded(skein.url),
    ...(maxVersion === 'TLSv1.3' && { ciphers: LINK_CIPHERS }),
    ...{ minVersion: 'TLSv1.2', maxVersion, ALPNProtocols: ['h2'] },
    pskCallback: () => ({ psk: key ?? derivePeerKey(ring.used), identity }),
    checkServerIdentity: () => undefined,
  })
}

test('connections with another key, of an older TLS, or without any are refused', async () => {
  for (const dial of [{ key: randomBytes(32) }, { maxVersion: 'TLSv1.2' as const }]) {
    const socket = await dialAsPeer(dial)
    assert.notEqual(await securedOrError(socket), 'secured')
    socket.destroy()
  }
  const plain = await upgraded(skein.url)
  plain.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  plain.resume()
  await once(plain, 'close')
  await nothingChanged()
})

test('a message of 4 GB, or of nothing, ends its own line, whatever it is for', async () => {
  const before = residentBytes(skein.peerPid)
  for (const lane of lanes) {
    for (const length of [0xffffffff, 0x7fffffff, 0]) await claim(lane, length)
  }
  await nothingChanged()
  assert.ok(residentBytes(skein.peerPid) - before < MOST_GROWTH_BYTES)
})

/** Says on a line, with the right key, that so many bytes follow, and begins with them; resolves when the line has ended. */
async function claim(lane: Lane, length: number): Promise<void> {
  const socket: TLSSocket = await dialAsPeer({ lane })
  assert.equal(await securedOrError(socket), 'secured')
  const session = http2.performServerHandshake(socket, sessionOptions)
  session.on('error', () => undefined)
  const over = Promise.withResolvers<void>()
  session.on('close', () => over.resolve())
  session.on('stream', (stream) => {
    stream.on('error', () => undefined)
    stream.on('close', () => session.destroy())
    stream.respond({ ':status': 200 })
    const header = Buffer.alloc(4)
    header.writeUInt32BE(length)
    stream.write(Buffer.concat([header, randomBytes(100_000)]))
    stream.resume()
  })
  const late = setTimeout(() => session.destroy(new Error('it goes on')), within('').timeoutMs)
  await over.promise
  clearTimeout(late)
}

test('of a peer and its copy one is refused and says so, whichever began first, and the other is the member', async (t) => {
  const data = folder()
  cpSync(second.data, data, { recursive: true, filter: (path) => !/\/run(\/|$)/.test(path) })
  const port = await freePort()
  const copy = startOther(data, port, ['--join', formatJoinToken(token)])
  t.after(() => copy.end())
  const urls = [second.url, `http://127.0.0.1:${port}`]
  const refused = async (url: string) => {
    const at = new Api(url)
    at.cookie = api.cookie
    const { peers } = await at.call<{ peers: PeerInfo[] }>('GET', '/peers')
    return peers.some(({ isSelf, state }) => isSelf && state === 'refused')
  }
  const count = async () => (await Promise.all(urls.map(refused))).filter(Boolean).length
  await eventually(async () => (await count()) === 1, within('one of the two to say so'))
  await nothingChanged()
  assert.equal(await count(), 1)
})
