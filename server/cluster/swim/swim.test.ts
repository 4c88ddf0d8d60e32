import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeId, type PeerId } from '#protocol/ids.ts'
import { type Claim, UNKNOWN_RUN } from './claim.ts'
import type { Effect } from './effect.ts'
import { MAX_MEMBERS } from './limits.ts'
import type { Message } from './message.ts'
import { type Input, Swim } from './swim.ts'

const idOf = (n: number): PeerId => makeId<'peer'>(n, new Uint8Array(10))
const addressOf = (n: number): string => `10.0.0.${n}:7534`
const contactOf = (n: number) => ({ run: `run-${n}`, address: addressOf(n), metadata: '{}' })
const alive = (n: number, boot = 1): Claim => ({
  id: idOf(n),
  boot,
  incarnation: 0,
  state: 'alive',
  by: idOf(n),
  contact: contactOf(n),
})

/** One machine, number 1, and the time that the test gives it. */
class Bench {
  nowMs = 0
  readonly swim = new Swim({
    self: { id: idOf(1), boot: 5, contact: contactOf(1) },
    random: () => 0.5,
  })

  take(input: Input): Effect[] {
    return this.swim.step({ monotonicMs: this.nowMs, wallMs: 1_800_000_000_000 }, input)
  }

  hear(from: number, message: Partial<Message> & Pick<Message, 'type'>): Effect[] {
    const common = { from: idOf(from), boot: 1, view: { low: 0, high: 0 }, news: [] }
    const whole = { ...common, ...message } as Message
    return this.take({ type: 'message', message: whole, from: addressOf(from), over: 'datagram' })
  }

  /** Lets time pass, waking the machine when it wants to be. */
  pass(ms: number): Effect[] {
    const endMs = this.nowMs + ms
    const effects: Effect[] = []
    while (this.swim.wakeAtMs <= endMs) {
      this.nowMs = Math.max(this.nowMs, this.swim.wakeAtMs)
      effects.push(...this.take({ type: 'tick' }))
    }
    this.nowMs = endMs
    return effects
  }

  stateOf(n: number): string | undefined {
    return this.swim.members.find(({ claim }) => claim.id === idOf(n))?.claim.state
  }
}

const sent = (effects: readonly Effect[], type: Message['type']) =>
  effects.flatMap((effect) =>
    effect.type === 'send' && effect.message.type === type ? [effect] : [],
  )

test('a ping is answered to where it came from, with its number', () => {
  const bench = new Bench()
  const [answer] = sent(bench.hear(2, { type: 'ping', seq: 7, target: idOf(1) }), 'ack')
  assert.equal(answer?.to, addressOf(2))
  assert.equal(answer?.message.type === 'ack' && answer.message.seq, 7)
})

test('a ping that is meant for another peer at this address is not answered', () => {
  const bench = new Bench()
  assert.deepEqual(sent(bench.hear(2, { type: 'ping', seq: 7, target: idOf(3) }), 'ack'), [])
})

test('a member that answers nothing is doubted, then unreachable, and dead not before eight seconds', () => {
  const bench = new Bench()
  bench.take({ type: 'tick' })
  bench.hear(2, { type: 'gossip', news: [alive(2)] })
  const began = bench.nowMs
  while (bench.stateOf(2) !== 'unreachable') bench.pass(100)
  assert.ok(bench.nowMs - began <= 4500, `unreachable after ${bench.nowMs - began} ms`)
  while (bench.stateOf(2) !== 'dead') bench.pass(100)
  assert.ok(bench.nowMs - began >= 8000, `dead after ${bench.nowMs - began} ms`)
})

test('a peer of which it is said that it is gone says that it is not', () => {
  const bench = new Bench()
  bench.hear(2, { type: 'gossip', news: [alive(2)] })
  const { boot, incarnation } = bench.swim.self
  const slander: Claim = { id: idOf(1), boot, incarnation, state: 'dead', by: idOf(2) }
  bench.hear(2, { type: 'gossip', news: [slander] })
  assert.equal(bench.swim.self.incarnation, incarnation + 1)
  assert.equal(bench.swim.self.state, 'alive')
})

test('another’s word that a member is dead is a doubt while it was heard a moment ago', () => {
  const bench = new Bench()
  bench.hear(2, { type: 'gossip', news: [alive(2), alive(3)] })
  bench.hear(3, { type: 'gossip' })
  const claim: Claim = { id: idOf(3), boot: 1, incarnation: 0, state: 'dead', by: idOf(2) }
  bench.hear(2, { type: 'gossip', news: [claim] })
  assert.equal(bench.stateOf(3), 'suspect')
})

test('a process that stood still for half a minute calls nobody unreachable for it', () => {
  const bench = new Bench()
  bench.hear(2, { type: 'gossip', news: [alive(2)] })
  bench.pass(300)
  bench.nowMs += 30_000
  bench.take({ type: 'tick' })
  assert.equal(bench.stateOf(2), 'alive')
  assert.ok(bench.swim.awareness > 0)
})

test('a second process with a member’s id is refused, with a reason on both sides', () => {
  const bench = new Bench()
  bench.hear(2, { type: 'gossip', news: [alive(2)] })
  const contact = { run: 'copied', address: addressOf(9), metadata: '{}' }
  const effects = bench.hear(3, { type: 'gossip', news: [{ ...alive(2), contact }] })
  const [refusal] = sent(effects, 'refuse')
  assert.equal(refusal?.to, addressOf(9))
  assert.ok(effects.some(({ type }) => type === 'duplicate'))
  const copied = new Bench()
  const refused = copied.hear(2, { type: 'refuse', run: 'run-1' })
  assert.deepEqual(refused, [...refused.filter(({ type }) => type === 'refused')])
  assert.equal(refused.length, 1)
})

test('a later start that was first heard of by a verdict about it is met, and not refused', () => {
  const bench = new Bench()
  bench.hear(2, { type: 'gossip', news: [alive(2), alive(3)] })
  const verdict: Claim = { id: idOf(3), boot: 2, incarnation: 0, state: 'dead', by: idOf(2) }
  bench.hear(2, { type: 'gossip', news: [verdict] })
  const contact = { ...contactOf(3), run: 'run-3-again' }
  const effects = bench.hear(2, {
    type: 'gossip',
    news: [{ ...alive(3, 2), incarnation: 1, contact }],
  })
  assert.deepEqual(sent(effects, 'refuse'), [])
  assert.equal(bench.stateOf(3), 'alive')
})

test('a peer says that it lives to who heard of its start by a doubt alone, and goes on', () => {
  // It was started again and stood still at once: a second peer heard of that start, a third only of the second's doubt.
  const bench = new Bench()
  const asThirdHasIt = { ...contactOf(1), run: UNKNOWN_RUN }
  const doubt: Claim = { ...alive(1, 5), state: 'suspect', by: idOf(2), contact: asThirdHasIt }
  const effects = bench.hear(3, { type: 'sync', isReply: true, news: [alive(3), doubt] })
  assert.ok(!effects.some(({ type }) => type === 'refused'))
  assert.equal(bench.swim.self.incarnation, 1)
  assert.equal(bench.swim.self.state, 'alive')
})

test('a peer that learns of a later start of itself must not go on', () => {
  const bench = new Bench()
  const effects = bench.hear(2, { type: 'gossip', news: [alive(1, 6)] })
  assert.ok(effects.some(({ type }) => type === 'refused'))
})

test('what a former start of a member said last is not heard', () => {
  const bench = new Bench()
  bench.hear(2, { type: 'gossip', boot: 4, news: [alive(2, 4)] })
  bench.hear(2, { type: 'gossip', boot: 3, news: [alive(3)] })
  assert.equal(bench.stateOf(3), undefined)
})

test('a former start that goes on asking is told of the later one, and must not go on', () => {
  const bench = new Bench()
  bench.hear(2, { type: 'gossip', boot: 4, news: [alive(2, 4)] })
  const ping = { type: 'ping', seq: 1, target: idOf(1), boot: 3, news: [] } as const
  const [told, ...others] = sent(bench.hear(2, ping), 'gossip')
  assert.deepEqual(others, [])
  assert.deepEqual(
    told?.message.news.map(({ id, boot }) => [id, boot]),
    [[idOf(2), 4]],
  )
})

test('more members than the limit are dropped, and the others stay', () => {
  const bench = new Bench()
  for (let n = 2; n <= MAX_MEMBERS + 20; n++) bench.hear(2, { type: 'gossip', news: [alive(n)] })
  assert.equal(bench.swim.members.length, MAX_MEMBERS - 1)
  assert.equal(bench.stateOf(2), 'alive')
})

test('a peer that leaves says so to everyone', () => {
  const bench = new Bench()
  bench.take({ type: 'tick' })
  const others = Array.from({ length: 30 }, (_, i) => i + 2)
  for (const n of others) bench.hear(2, { type: 'gossip', news: [alive(n)] })
  const effects = [...bench.take({ type: 'leave' }), ...bench.pass(700)]
  const told = sent(effects, 'gossip').filter(({ message }) =>
    message.news.some(({ id, state }) => id === idOf(1) && state === 'left'),
  )
  assert.deepEqual(new Set(told.map(({ to }) => to)), new Set(others.map(addressOf)))
})

test('a peer that is asked about a member looks for itself, and shares the doubt of whoever asked', () => {
  const bench = new Bench()
  const first = sent(
    bench.hear(2, { type: 'gossip', news: [2, 3, 4].map((n) => alive(n)) }),
    'ping',
  )
  // Not the one that it is asking anyway.
  const other = first.some(({ to }) => to === addressOf(3)) ? 4 : 3
  bench.hear(2, { type: 'ping-request', seq: 9, target: idOf(other), address: addressOf(other) })
  bench.pass(1100)
  assert.equal(bench.stateOf(other), 'alive')
  const doubt: Claim = { ...alive(other), state: 'suspect', by: idOf(2) }
  const effects = [...bench.hear(2, { type: 'gossip', news: [doubt] }), ...bench.pass(200)]
  assert.equal(bench.stateOf(other), 'suspect')
  const told = sent(effects, 'gossip').flatMap(({ message }) => message.news)
  assert.ok(told.some(({ id, by }) => id === idOf(other) && by === idOf(1)))
})

test('a peer that was asked about a member and heard it says so, and doubts nobody', () => {
  const bench = new Bench()
  bench.hear(2, { type: 'gossip', news: [alive(2), alive(3)] })
  const request = { seq: 9, target: idOf(3), address: addressOf(3) }
  const [ping] = sent(bench.hear(2, { type: 'ping-request', ...request }), 'ping')
  assert.equal(ping?.to, addressOf(3))
  const seq = ping?.message.type === 'ping' ? ping.message.seq : 0
  const [ack] = sent(bench.hear(3, { type: 'ack', seq, wallMs: 0 }), 'ack')
  assert.equal(ack?.to, addressOf(2))
  assert.equal(ack?.message.type === 'ack' && ack.message.seq, 9)
  bench.pass(600)
  assert.equal(bench.stateOf(3), 'alive')
})

test('who was heard a moment ago is asked after who was not', () => {
  const bench = new Bench()
  bench.take({ type: 'tick' })
  for (const n of [2, 3]) bench.hear(n, { type: 'gossip', news: [alive(n)] })
  const answerAll = (effects: readonly Effect[]) => {
    for (const { to, message } of sent(effects, 'ping')) {
      const from = [2, 3].find((n) => addressOf(n) === to) ?? 0
      if (message.type === 'ping') bench.hear(from, { type: 'ack', seq: message.seq, wallMs: 0 })
    }
  }
  for (let i = 0; i < 100; i++) answerAll(bench.pass(100))
  bench.nowMs += 1
  bench.hear(2, { type: 'gossip' })
  const asked = Array.from({ length: 10 }, () => {
    const effects = bench.pass(500)
    answerAll(effects)
    bench.nowMs += 1
    bench.hear(2, { type: 'gossip' })
    return sent(effects, 'ping').map(({ to }) => to)
  }).flat()
  assert.ok(asked.length >= 5)
  assert.ok(!asked.includes(addressOf(2)), asked.join(' '))
})

test('what was told to peers that are gone is still told to one that comes', () => {
  const bench = new Bench()
  bench.hear(2, { type: 'gossip', news: [alive(2), alive(3)] })
  while (bench.stateOf(2) !== 'dead' || bench.stateOf(3) !== 'dead') bench.pass(1000)
  bench.take({ type: 'metadata', metadata: '{"load":1}' })
  bench.pass(10_000)
  bench.hear(4, { type: 'gossip', news: [alive(4)] })
  const told = sent(bench.pass(1000), 'gossip').filter(({ to }) => to === addressOf(4))
  const news = told.flatMap(({ message }) => message.news)
  assert.ok(news.some(({ id, contact }) => id === idOf(1) && contact?.metadata.includes('load')))
})
