import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { encodeResize, encodeSessionPiece, SessionPiece, SessionReader } from '#protocol/session.ts'
import { agentConfig } from '../../tests/agent/agent-config.ts'
import { servedPair } from '../../tests/agent/served-pair.ts'
import { eventually } from '../../tests/support/eventually.ts'
import type { SessionOpen } from './command.ts'
import { MAX_SESSIONS, serveSession } from './session.ts'

const pty = { term: 'xterm', cols: 80, rows: 24 }
const config = () => agentConfig({ home: '/tmp', shell: '/bin/bash' })

class Client {
  readonly peer
  readonly done: Promise<void>
  out = ''
  err = ''

  constructor(open: Omit<SessionOpen, 'kind'>, options = { config: config(), reads: true }) {
    const whole = { kind: 'session' as const, ...open }
    const { served, peer } = servedPair(whole)
    this.peer = peer
    this.done = serveSession(served, whole, options.config)
    this.done.catch(() => undefined)
    if (options.reads) this.read()
  }

  read(): void {
    const reader = new SessionReader()
    this.peer.duplex.on('data', (chunk: Buffer) => {
      for (const { type, bytes } of reader.push(chunk)) {
        if (type === SessionPiece.output) this.out += Buffer.from(bytes).toString('latin1')
        else this.err += Buffer.from(bytes).toString('latin1')
      }
    })
  }

  send(type: SessionPiece, bytes: Uint8Array | string): boolean {
    return this.peer.duplex.write(encodeSessionPiece(type, Buffer.from(bytes)))
  }

  type(text: string): void {
    this.send(SessionPiece.input, text)
  }

  shows(text: string | RegExp): Promise<true> {
    const isThere = () => (typeof text === 'string' ? this.out.includes(text) : text.test(this.out))
    return eventually(isThere, { timeoutMs: 15_000, what: `${text} in ${this.out}` })
  }

  /** The fin; everything was read before. */
  async end() {
    const fin = await this.peer.finished
    await this.done
    await eventually(() => this.peer.duplex.readableEnded, { timeoutMs: 5000, what: 'the end' })
    return fin
  }
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('a command line is given to the shell, its outputs apart, its status in the fin', async () => {
  const client = new Client({ command: 'echo out; echo "err $((1+2))" >&2; exit 7' })
  assert.deepEqual(await client.end(), { ok: false, status: 7 })
  assert.deepEqual([client.out, client.err], ['out\n', 'err 3\n'])
})

test('a command runs at home, with the variables that were asked for and none of the agent’s', async () => {
  const client = new Client({
    command: 'pwd; echo $COLOUR $SKEIN_X',
    env: { COLOUR: 'blue', SKEIN_X: 'no' },
  })
  await client.end()
  assert.equal(client.out, '/tmp\nblue\n')
})

test('input ends when it is said to, and not one byte is lost', async () => {
  const client = new Client({ command: 'sha256sum; cat >/dev/null' })
  const bytes = Buffer.alloc(3_000_000, 'skein')
  for (let at = 0; at < bytes.length; at += 30_000) {
    client.send(SessionPiece.input, bytes.subarray(at, at + 30_000))
  }
  client.send(SessionPiece.input, '')
  assert.deepEqual(await client.end(), { ok: true, status: 0 })
  assert.equal(client.out, `${createHash('sha256').update(bytes).digest('hex')}  -\n`)
})

test('without a command and a terminal it is a login shell that reads a script', async () => {
  const client = new Client({})
  client.type('shopt -q login_shell && echo login\nexit 4\n')
  client.send(SessionPiece.input, '')
  assert.deepEqual(await client.end(), { ok: false, status: 4 })
  assert.match(client.out, /^login$/m)
})

test('a shell that may not know -l logs in as well', async () => {
  const home = await mkdtemp(path.join(tmpdir(), 'skein-session-'))
  await writeFile(path.join(home, '.profile'), 'export FROM_PROFILE=yes\n')
  const client = new Client(
    { pty },
    { config: agentConfig({ home, shell: '/bin/sh' }), reads: true },
  )
  client.type('echo "<$FROM_PROFILE>" $0; exit\r')
  await client.end()
  assert.match(client.out, /<yes> \/bin\/sh/)
  await rm(home, { recursive: true })
})

test('a terminal has the name and size that were asked for, and is resized', async () => {
  const client = new Client({ pty: { ...pty, cols: 100, rows: 30 } })
  client.type('echo "$TERM $(stty size)"\r')
  await client.shows('xterm 30 100')
  client.peer.duplex.write(encodeResize(120, 40))
  client.type('stty size\r')
  await client.shows(/^40 120\r$/m)
  client.type('exit 3\r')
  assert.deepEqual(await client.end(), { ok: false, status: 3 })
})

test('Ctrl-C in a terminal ends what runs in front, and the shell goes on', async () => {
  const client = new Client({ pty })
  // Not by the shell itself: what interrupts it between two commands is lost.
  client.type(`sh -c 'echo started; exec sleep 1000'\r`)
  await client.shows(/^started\r$/m)
  client.type('\x03')
  client.type('echo "after $?"\r')
  await client.shows('after 130')
  client.type('exit\r')
  await client.end()
})

test('all that a fast command in a terminal writes comes before its end', async () => {
  const client = new Client({ pty, command: 'seq 1 20000; exit 5' })
  assert.deepEqual(await client.end(), { ok: false, status: 5 })
  assert.ok(client.out.endsWith('19999\r\n20000\r\n'))
  assert.equal(client.out.split('\n').length, 20_001)
})

test('signals reach all of the program, and only those that SSH knows', async () => {
  const client = new Client({
    command: 'trap "echo usr1" USR1; echo ready; while :; do sleep 1; done',
  })
  await client.shows('ready')
  client.send(SessionPiece.signal, 'STOP')
  client.send(SessionPiece.signal, '../x')
  client.send(SessionPiece.signal, 'USR1')
  await client.shows('usr1')
  client.send(SessionPiece.signal, 'KILL')
  assert.deepEqual(await client.end(), { ok: false, signal: 'SIGKILL' })
})

test('a reader that stops reading stops the program, and loses nothing', async () => {
  for (const over of [{}, { pty }]) {
    const command = 'stty raw 2>/dev/null; head -c 6000000 /dev/zero; echo end >&2'
    const client = new Client({ command, ...over }, { config: config(), reads: false })
    await client.peer.opened
    await eventually(() => client.peer.duplex.readableLength > 0, {
      timeoutMs: 10_000,
      what: 'the first bytes',
    })
    client.read()
    assert.deepEqual(await client.end(), { ok: true, status: 0 })
    assert.equal(client.out.replaceAll(/[^\0]/g, '').length, 6_000_000)
    assert.match(client.out + client.err, /end/)
  }
})

test('a stream that is lost hangs up on all that ran, and what ignores that is killed', async () => {
  for (const over of [{}, { pty }]) {
    const client = new Client({
      command: 'trap "" HUP; echo "<$$>"; while :; do sleep 1; done',
      ...over,
    })
    await client.shows(/<\d+>/)
    const pid = Number(/<(\d+)>/.exec(client.out)?.[1])
    assert.ok(isAlive(pid))
    client.peer.duplex.destroy()
    await client.done
    await eventually(() => !isAlive(pid), { timeoutMs: 15_000, what: 'the end of the program' })
  }
})

test('what asked not to be hung up on outlives a lost stream', async () => {
  const client = new Client({ command: 'nohup sleep 1000 >/dev/null 2>&1 & echo "<$!>"; wait' })
  await client.shows(/<\d+>/)
  const pid = Number(/<(\d+)>/.exec(client.out)?.[1])
  client.peer.duplex.destroy()
  await client.done
  assert.ok(isAlive(pid))
  process.kill(pid)
})

test('every program is marked as the first to go when memory ends', async () => {
  const client = new Client({ command: 'sleep 0.2; cat /proc/self/oom_score_adj; nice' })
  await client.end()
  assert.equal(client.out.split('\n')[0], '900')
})

test('what is no session ends the stream with a code, and the program with it', async () => {
  const piece = encodeSessionPiece(SessionPiece.input, Buffer.from('x'))
  const wrong = [
    encodeSessionPiece(SessionPiece.output, piece),
    encodeSessionPiece(SessionPiece.resize, Buffer.alloc(3)),
    Buffer.from([9, 0, 0, 0, 1, 1]),
    Buffer.from([1, 255, 255, 255, 255]),
  ]
  for (const bytes of wrong) {
    const client = new Client({ command: 'sleep 1000' })
    await client.peer.opened
    client.peer.duplex.write(bytes)
    await assert.rejects(client.done, { code: 'frame_invalid' })
  }
})

test('a zero byte is refused, and so is one session too many', async () => {
  await assert.rejects(new Client({ command: 'a\0b' }).done, { code: 'bad_request' })
  await assert.rejects(new Client({ env: { A: 'a\0' } }).done, { code: 'bad_request' })
  const plain = { config: agentConfig({ home: '/tmp', shell: '/bin/sh' }), reads: true }
  const many = Array.from(
    { length: MAX_SESSIONS },
    () => new Client({ command: 'read line' }, plain),
  )
  await assert.rejects(new Client({ command: 'true' }).done, { code: 'too_many_streams' })
  for (const client of many) client.send(SessionPiece.input, '')
  await Promise.all(many.map((client) => client.done))
})

test('a program that reads nothing holds back its client, and takes no memory', async () => {
  for (const over of [{}, { pty }]) {
    const command = 'stty raw -echo 2>/dev/null; echo ready; sleep 1000'
    const client = new Client({ command, ...over })
    await client.shows('ready')
    const flood = Buffer.concat(
      Array.from({ length: 5000 }, () => encodeSessionPiece(SessionPiece.input, Buffer.from('x'))),
    )
    let sent = 0
    while (client.peer.duplex.write(flood) && sent < 200) {
      sent++
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.ok(sent < 200, 'the client was held back')
    client.peer.duplex.destroy()
    await client.done
  }
})
