import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import { type AgentReport, MAX_REPORT_LINE_BYTES } from '#protocol/report.ts'
import { Reports } from './reports.ts'

const hello = (run: string): AgentReport => ({
  ...{ type: 'hello', version: '1', run, route: 'unix:/s', failed: [] },
})
const terminals = (count: number): AgentReport => ({ type: 'terminals', count })

/** A peer that takes one line at a time, when a test lets it. */
class SlowPeer extends Duplex {
  readonly lines: AgentReport[] = []
  #taken: (() => void) | undefined

  constructor() {
    super({ writableHighWaterMark: 1 })
  }

  override _read(): void {
    // Says nothing.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.lines.push(JSON.parse(chunk.toString()))
    this.#taken = done
  }

  async hear(): Promise<void> {
    const taken = this.#taken
    this.#taken = undefined
    taken?.()
    await new Promise(setImmediate)
  }

  async hearAll(): Promise<void> {
    for (let i = 0; i < 10; i++) await this.hear()
  }
}

test('hello comes first, then the newest of each type', async () => {
  const reports = new Reports()
  reports.say(terminals(1))
  reports.say({ type: 'ports', ports: [] })
  reports.say(terminals(2))
  const peer = new SlowPeer()
  reports.attach(peer, hello('a'))
  await peer.hearAll()
  assert.deepEqual(peer.lines, [hello('a'), terminals(2), { type: 'ports', ports: [] }])
})

test('a peer that reads slowly gets the newest state and no backlog', async () => {
  const reports = new Reports()
  const peer = new SlowPeer()
  reports.attach(peer, hello('a'))
  for (let count = 0; count < 1000; count++) reports.say(terminals(count))
  await peer.hearAll()
  assert.deepEqual(peer.lines, [hello('a'), terminals(999)])
})

test('everything is said again on a new link, and nothing more on the old', async () => {
  const reports = new Reports()
  const [old, young] = [new SlowPeer(), new SlowPeer()]
  reports.attach(old, hello('a'))
  reports.say(terminals(1))
  reports.attach(young, hello('b'))
  await old.hearAll()
  await young.hearAll()
  reports.say(terminals(2))
  await young.hearAll()
  assert.deepEqual(old.lines, [hello('a')])
  assert.deepEqual(young.lines, [hello('b'), terminals(1), terminals(2)])
})

test('an old link that drains does not hurry the new one', async () => {
  const reports = new Reports()
  const [old, young] = [new SlowPeer(), new SlowPeer()]
  reports.attach(old, hello('a'))
  reports.attach(young, hello('b'))
  await old.hear()
  for (let count = 0; count < 5; count++) reports.say(terminals(count))
  await young.hearAll()
  assert.deepEqual(young.lines, [hello('b'), terminals(4)])
})

test('an old link that closes late does not take the new one with it', async () => {
  const reports = new Reports()
  const [old, young] = [new SlowPeer(), new SlowPeer()]
  reports.attach(old, hello('a'))
  reports.attach(young, hello('b'))
  await young.hearAll()
  old.destroy()
  await new Promise(setImmediate)
  reports.say(terminals(1))
  await young.hearAll()
  assert.deepEqual(young.lines, [hello('b'), terminals(1)])
})

test('a start-up log of wide characters is cut at its head to what a peer reads in one line', async () => {
  const reports = new Reports()
  const tail = Array.from({ length: 50 }, (_, i) => `${i}: ${'世'.repeat(990)}`)
  reports.say({ type: 'startup', state: 'running', tail })
  const peer = new SlowPeer()
  reports.attach(peer, hello('a'))
  await peer.hearAll()
  const said = peer.lines.at(-1)
  assert.ok(said?.type === 'startup')
  assert.equal(said.tail.at(-1), tail.at(-1))
  assert.ok(Buffer.byteLength(JSON.stringify(said)) <= MAX_REPORT_LINE_BYTES)
})
