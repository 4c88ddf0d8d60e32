// Forwarded ports: TCP connections that go on through killed peers, and datagrams.

import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import type { Skein } from '../support/skein.ts'
import { Desk } from './desk.ts'
import { type Laptop, saying } from './laptop.ts'

/** Answers each connection with what it says; needs nothing but Debian's own perl. */
const ECHO_TCP = `use IO::Socket::INET; $SIG{CHLD} = "IGNORE";
my $l = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 9000, Listen => 20, ReuseAddr => 1) or die;
while (my $c = $l->accept) { next if fork; my $b; while (sysread($c, $b, 65536)) { my $o = 0; while ($o < length $b) { $o += syswrite($c, $b, length($b) - $o, $o) } } exit }`
const ECHO_UDP = `use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 9001, Proto => "udp") or die;
while (1) { my $b; my $from = recv($s, $b, 65536, 0); send($s, $b, 0, $from) }`

let skein: Skein
let laptop: Laptop
let desk: Desk
const servers: ChildProcess[] = []

before(async () => {
  desk = await Desk.open({ space: 'alpha' })
  ;({ skein, laptop } = desk)
  for (const script of [ECHO_TCP, ECHO_UDP]) {
    // Detached in the space, since what exec starts ends with its connection.
    const words = ['exec', 'alpha', '--', 'setsid', '-f', 'perl', '-e', script]
    assert.equal((await laptop.skein(words)).status, 0)
  }
})
after(async () => {
  for (const server of servers) server.kill('SIGKILL')
  await desk?.close()
})

async function forward(...words: string[]): Promise<{ port: number; child: ChildProcess }> {
  const child = laptop.start(['port', 'alpha', ...words, '--json'])
  const [, port] = await saying(child)(/"local":(\d+)/)
  return { port: Number(port), child }
}

test('a connection goes on through two killed peers with every byte', async () => {
  const { port, child } = await forward('9000:0')
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const sent = createHash('sha256')
  const came = createHash('sha256')
  let length = 0
  socket.on('data', (chunk: Buffer) => {
    came.update(chunk)
    length += chunk.length
  })
  const send = async (bytes: number): Promise<void> => {
    for (let done = 0; done < bytes; done += 65_536) {
      const piece = randomBytes(65_536)
      sent.update(piece)
      if (!socket.write(piece)) await once(socket, 'drain')
    }
  }
  await send(4_000_000)
  for (let kill = 0; kill < 2; kill++) {
    const before = length
    await Promise.all([skein.killPeer(), send(8_000_000)])
    await eventually(() => length > before, { timeoutMs: 30_000, what: 'bytes after the kill' })
  }
  const total = 3 * Math.ceil(4_000_000 / 65_536) * 65_536
  socket.end()
  await once(socket, 'end')
  assert.ok(length >= total)
  assert.equal(came.digest('hex'), sent.digest('hex'))
  child.kill('SIGINT')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test('many connections at a time are each their own', async () => {
  const { port, child } = await forward('9000:0')
  const answers = Array.from({ length: 20 }, async (_, i) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    socket.end(`connection ${i}`)
    await once(socket, 'end')
    return text
  })
  assert.deepEqual(
    await Promise.all(answers),
    Array.from({ length: 20 }, (_, i) => `connection ${i}`),
  )
  child.kill('SIGINT')
})

test('a port where nothing listens says so, and the connection ends', async () => {
  const { port, child } = await forward('9999:0')
  const said = saying(child)
  const socket = connect(port, '127.0.0.1')
  socket.resume()
  await once(socket, 'close')
  await said(/Nothing listens on port 9999/)
  child.kill('SIGINT')
})

test('datagrams come back as they were, each sender’s to itself', async () => {
  const { port, child } = await forward('9001:0', '--udp')
  const talk = async (words: readonly string[]): Promise<string[]> => {
    const socket = createSocket('udp4')
    const heard: string[] = []
    socket.on('message', (bytes) => heard.push(bytes.toString()))
    for (const word of words) {
      const before = heard.length
      // The first datagrams may be ahead of their stream.
      const again = setInterval(() => socket.send(word, port, '127.0.0.1'), 200)
      socket.send(word, port, '127.0.0.1')
      const what = `the echo of ${word.length} letters`
      await eventually(() => heard.length > before, { timeoutMs: 20_000, what })
      clearInterval(again)
    }
    socket.close()
    return [...new Set(heard)]
  }
  const [a, b] = [
    ['a', 'aa', 'A'.repeat(8000)],
    ['b', 'bb'],
  ]
  assert.deepEqual(await Promise.all([talk(a), talk(b)]), [a, b])
  await skein.killPeer()
  assert.deepEqual(await talk(['after']), ['after'])
  child.kill('SIGINT')
})

test('a port that is taken here is said so', async () => {
  const { port, child } = await forward('9000:0')
  const ran = await laptop.skein(['port', 'alpha', `9000:${port}`])
  assert.equal(ran.status, 1)
  assert.match(ran.stderr, /port_unusable: .*something else/)
  child.kill('SIGINT')
})
