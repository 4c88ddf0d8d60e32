import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExecReader } from '#protocol/exec.ts'
import { agentConfig } from '../../tests/agent/agent-config.ts'
import { type PeerEnd, servedPair } from '../../tests/agent/served-pair.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { serveExec } from './exec.ts'

function run(command: string[], options: { env?: Record<string, string>; cwd?: string } = {}) {
  const open = { kind: 'exec' as const, command, ...options }
  const { served, peer } = servedPair(open)
  return { peer, served, done: serveExec(served, open, agentConfig()) }
}

async function outputOf(peer: PeerEnd): Promise<{ stdout: string; stderr: string }> {
  const reader = new ExecReader()
  const text = { stdout: '', stderr: '' }
  for await (const chunk of peer.duplex) {
    for (const { channel, bytes } of reader.push(chunk)) {
      text[channel === 1 ? 'stdout' : 'stderr'] += Buffer.from(bytes).toString()
    }
  }
  return text
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('a program’s outputs are kept apart and its status is in the fin', async () => {
  const { peer } = run(['sh', '-c', 'echo out; echo err >&2; exit 3'])
  assert.deepEqual(await outputOf(peer), { stdout: 'out\n', stderr: 'err\n' })
  assert.deepEqual(await peer.finished, { ok: false, status: 3 })
})

test('what the peer sends is the program’s standard input, and its end is end of file', async () => {
  const { peer } = run(['sha256sum'])
  const bytes = Buffer.alloc(3_000_000, 'skein')
  peer.duplex.end(bytes)
  const { createHash } = await import('node:crypto')
  const expected = createHash('sha256').update(bytes).digest('hex')
  assert.equal((await outputOf(peer)).stdout, `${expected}  -\n`)
  assert.deepEqual(await peer.finished, { ok: true, status: 0 })
})

test('a program that a signal ended says which', async () => {
  const { peer } = run(['sh', '-c', 'kill -9 $$'])
  peer.duplex.resume()
  assert.deepEqual(await peer.finished, { ok: false, signal: 'SIGKILL' })
})

test('a program that cannot be started is refused with the reason', async () => {
  for (const [command, reason] of [
    [['/no/such/program'], /there is no/],
    [['/etc/passwd'], /may not be run/],
    [['ls', 'a\0b'], /zero byte/],
  ] as const) {
    await assert.rejects(run([...command]).done, reason)
  }
  await assert.rejects(run(['true'], { cwd: '/no/such/folder' }).done, /folder/)
})

test('a program sees the request’s environment and none of the agent’s', async () => {
  process.env.SKEIN_AGENT = 'secret'
  const { peer } = run(['env'], { env: { COLOUR: 'blue', SKEIN_X: 'no' } })
  const { stdout } = await outputOf(peer)
  delete process.env.SKEIN_AGENT
  assert.match(stdout, /COLOUR=blue/)
  assert.doesNotMatch(stdout, /SKEIN_/)
})

test('every child is marked as the first to go when memory ends', async () => {
  const { peer } = run(['sh', '-c', 'read line; cat /proc/self/oom_score_adj'])
  peer.duplex.end('\n')
  assert.equal((await outputOf(peer)).stdout, '900\n')
})

test('a lost stream ends the program and its children', async () => {
  const { peer, done } = run(['sh', '-c', 'trap "" TERM; sleep 1000 & echo $!; wait'])
  const reader = new ExecReader()
  const first = await new Promise<Buffer>((resolve) => peer.duplex.once('data', resolve))
  const pid = Number(Buffer.from(reader.push(first)[0]?.bytes ?? []).toString())
  assert.ok(isAlive(pid))
  peer.duplex.destroy()
  await done
  await eventually(() => !isAlive(pid), { timeoutMs: 10_000, what: 'the end of the child' })
})

test('a reader that stops reading stops the program, and loses nothing', async () => {
  const { peer } = run(['sh', '-c', 'head -c 20000000 /dev/zero; echo end >&2'])
  await peer.opened
  await eventually(() => peer.duplex.readableLength > 0, {
    timeoutMs: 10_000,
    what: 'the first bytes',
  })
  const { stdout, stderr } = await outputOf(peer)
  assert.equal(stdout.length, 20_000_000)
  assert.equal(stderr, 'end\n')
})

test('a child left in the background does not hold the stream open', async () => {
  const { peer } = run(['sh', '-c', 'sleep 30 & echo $!'])
  const { stdout } = await outputOf(peer)
  assert.deepEqual(await peer.finished, { ok: true, status: 0 })
  process.kill(Number(stdout))
})
