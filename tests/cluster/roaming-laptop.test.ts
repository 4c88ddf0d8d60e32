// A laptop that signed in to one peer, when that one is killed and when it drains: what runs goes on through the other, every
// byte once, and what is begun then begins there.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import type { NewToken } from '#protocol/api/access.ts'
import { newId } from '#protocol/ids.ts'
import { finished, Laptop, saying } from '../cli/laptop.ts'
import type { Api } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import type { Skein } from '../support/skein.ts'
import { administrator, startPeers } from './support.ts'

const TEMPLATE = 'name: box\nservices: {main: {image: "skein/debian-test:1"}}\n'
/** Each with its number, some hundredths of a second apart: longer than a kill or a drain. */
const COUNT = 500
const COUNTING = `for i in $(seq 1 ${COUNT}); do echo n$i; sleep 0.03; done`
const soon = (what: string) => ({ timeoutMs: 60_000, what })
const laptop = new Laptop()
const spaceId = newId<'space'>()

let peers: Skein[]
let apis: Api[]
const first = (): Skein => peers[0] ?? assert.fail('no peer')
const second = (): Api => apis[1] ?? assert.fail('no peer')

before(async () => {
  peers = await startPeers(2)
  apis = await administrator(peers)
  const [api] = apis
  assert.ok(api)
  const { id: templateId } = await api.createTemplate(TEMPLATE)
  await api.createSpace({ id: spaceId, name: 'box', templateId })
  await api.until(spaceId, 'running')
  const { secret } = await api.call<NewToken>('POST', '/me/tokens', { name: 'laptop' })
  await eventually(() => named(api), soon('both peers to be named'))
  await laptop.signIn(first().url, secret)
})
after(async () => {
  laptop.close()
  await second().deleteSpaces()
  await Promise.all(peers.map((peer) => peer.close()))
})

const named = async (api: Api): Promise<boolean> =>
  (await api.call<{ urls: object[] }>('GET', '/peers/urls')).urls.length === 2

/** What ssh wrote, and the longest that it wrote nothing. */
function counting(words: readonly string[]) {
  const child = laptop.start(words)
  let [count, lastMs, longestMs] = [0, performance.now(), 0]
  child.stdout?.on('data', (chunk: Buffer) => {
    const nowMs = performance.now()
    if (count > 0) longestMs = Math.max(longestMs, nowMs - lastMs)
    lastMs = nowMs
    count += chunk.toString().split('\n').length - 1
  })
  const done = finished(child, { timeoutMs: 180_000 })
  return {
    done,
    until: (lines: number) => eventually(() => count >= lines, soon(`${lines} lines`)),
    longest: () => Math.round(longestMs),
  }
}

const EXPECTED = Array.from({ length: COUNT }, (_, i) => `n${i + 1}\n`).join('')

/** A line there and back over a forwarded port. */
async function asked(port: number, line: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`${line}\n`)
  let text = ''
  for await (const chunk of socket) {
    text += chunk
    if (text.includes('\n')) break
  }
  socket.destroy()
  return text.trim()
}

test('it has kept the peers beside the token', () => {
  const file = readFileSync(laptop.path('.config/skein/peers.json'), 'utf8')
  const { servers } = JSON.parse(file) as { servers: Record<string, { urls: { url: string }[] }> }
  const urls = servers[first().url]?.urls.map(({ url }) => new URL(url).port)
  assert.deepEqual(
    urls,
    peers.map(({ port }) => String(port)),
  )
  assert.ok(!file.includes('skein_'), 'no token stands in it')
})

test('a drain moves ssh and ports to the other peer, and nothing is said of it', async (t) => {
  const ssh = counting(['ssh', 'box', COUNTING])
  await ssh.until(100)
  await first().end()
  const { status, stdout, stderr } = await ssh.done
  assert.equal(status, 0, stderr)
  assert.equal(stdout.toString(), EXPECTED)
  t.diagnostic(`silent for ${ssh.longest()} ms; said ${JSON.stringify(stderr)}`)
  assert.ok(ssh.longest() < 10_000)
  await first().startSupervisor()
  const api = apis[0]
  assert.ok(api)
  await eventually(() => named(api), soon('both peers to be named'))
})

test('ssh and a port go on when the server is killed, and every other command begins elsewhere', async (t) => {
  const listen = laptop.start([
    'ssh',
    'box',
    'perl -e \'use IO::Socket::INET; $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 7001, Listen => 9, ReuseAddr => 1) or die; $| = 1; print "up\\n"; while ($c = $s->accept) { $l = <$c>; print $c "got $l"; close $c }\'',
  ])
  await saying(listen)(/^up$/m)
  const port = laptop.start(['port', 'box', '7001:0'])
  const [, local = ''] = await saying(port)(/127\.0\.0\.1:(\d+)/)
  assert.equal(await asked(Number(local), 'before'), 'got before')
  const ssh = counting(['ssh', 'box', COUNTING])
  await ssh.until(100)
  await first().kill()
  assert.equal(await asked(Number(local), 'after'), 'got after')
  const ran = await laptop.skein(['exec', 'box', '--', 'echo', 'elsewhere'])
  assert.deepEqual([ran.status, ran.stdout.toString()], [0, 'elsewhere\n'], ran.stderr)
  const { status, stdout, stderr } = await ssh.done
  t.diagnostic(`silent for ${ssh.longest()} ms; said ${JSON.stringify(stderr)}`)
  assert.equal(status, 0, stderr)
  assert.equal(stdout.toString(), EXPECTED)
})
