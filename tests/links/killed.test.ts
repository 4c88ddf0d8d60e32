// Real processes that are killed or stopped: how soon the other end knows, and how soon there is a link again.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { laneFor, type StreamOpen } from '#protocol/link.ts'
import { ACTOR, serveForTests, TestPeer } from '../../link/testing/linked.ts'
import { eventually } from '../support/eventually.ts'

/** Some ms on a quiet machine; the heartbeat alone would take three seconds. */
const SEEN_MS = 500
/** Up to a second to the next ping, three of them, and what a busy machine adds. */
const MISSED_MS = 4500
/** A pause of a second at the most, and what a busy machine adds. */
const REDIAL_MS = 2500

const sockets = [
  { name: 'a unix socket', where: (folder: string) => join(folder, 'link.sock') },
  { name: 'TCP', where: () => 0 },
] as const

const terminal: StreamOpen = { kind: 'terminal', terminal: 'flood', cols: 80, rows: 24 }
const echo: StreamOpen = { kind: 'echo' }

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'skein-killed-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function start(t: TestContext, program: string, words: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, program), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  return child
}

/** A peer here and an agent in a process of its own. */
async function linkedChild(t: TestContext, where: string | number) {
  const peer = new TestPeer()
  t.after(() => peer.close())
  const address = await peer.listen(where)
  const child = start(t, 'agent-process.ts', [address, peer.spaceId, peer.key.toString('hex')])
  child.stdout?.resume()
  await peer.linked()
  const open = (kind: StreamOpen) =>
    peer.links.streams.open({ space: peer.spaceId }, kind, { actor: ACTOR, requestId: 'k' })
  return { peer, child, open }
}

async function untilLost(peer: TestPeer, timeoutMs: number): Promise<number> {
  const beganMs = performance.now()
  const lost = () => !peer.links.has(peer.spaceId)
  await eventually(lost, { timeoutMs, what: 'the end of the link' })
  return performance.now() - beganMs
}

for (const { name, where } of sockets) {
  for (const flooding of [false, true]) {
    const how = flooding ? 'in the midst of a flood on its live lane' : 'while it is idle'
    test(`an agent that is killed over ${name} ${how} is missed at once`, async (t) => {
      const { peer, child, open } = await linkedChild(t, where(folderOf(t)))
      const live = await open(terminal)
      const streams = [live, await open(echo)]
      assert.notEqual(laneFor(echo), laneFor(terminal))
      if (flooding) {
        for (let pieces = 0; pieces < 20; pieces++) await once(live.duplex, 'data')
      }
      child.kill('SIGKILL')
      const lostMs = await untilLost(peer, 5000)
      const ends = await Promise.allSettled(streams.map(({ finished }) => finished))
      t.diagnostic(`the link ended after ${lostMs.toFixed(0)} ms`)
      assert.ok(lostMs < SEEN_MS, `${lostMs} ms`)
      for (const end of ends) {
        assert.ok(end.status === 'rejected' && end.reason.code === 'link_lost')
      }
    })
  }

  test(`an agent whose peer is killed over ${name} has another within a second`, async (t) => {
    const folder = folderOf(t)
    const second = new TestPeer()
    t.after(() => second.close())
    const words = [String(where(folder)), second.spaceId, second.key.toString('hex')]
    const child = start(t, 'peer-process.ts', words)
    const [line] = await once(child.stdout ?? child, 'data')
    const first = String(line).trim()
    const dialer = second.dial([first], serveForTests)
    await once(child.stdout ?? child, 'data')
    dialer.learn([first, await second.listen()])
    child.kill('SIGKILL')
    const beganMs = performance.now()
    await second.linked()
    const againMs = performance.now() - beganMs
    t.diagnostic(`linked again after ${againMs.toFixed(0)} ms`)
    assert.ok(againMs < REDIAL_MS, `${againMs} ms`)
  })
}

test('an agent that stands still is dead after three pings without answer, and back when it goes on', async (t) => {
  const { peer, child } = await linkedChild(t, 0)
  child.kill('SIGSTOP')
  const lostMs = await untilLost(peer, 6000)
  t.diagnostic(`given up after ${lostMs.toFixed(0)} ms`)
  assert.ok(lostMs < MISSED_MS, `${lostMs} ms`)
  child.kill('SIGCONT')
  await peer.linked()
})
