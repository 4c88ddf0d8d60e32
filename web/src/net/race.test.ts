import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { Dialling } from '../../../tests/support/dialled.ts'
import { Race, STAGGER_MS } from './race.ts'
import { Roads } from './roads.ts'

function made() {
  const roads = new Roads({ own: 'http://north:1', nowMs: () => 0, random: () => 0 })
  roads.learn([{ name: 'south', url: 'http://south:2' }], 'a.b')
  const { open, all: dialled } = new Dialling()
  const race = new Race(roads, '/live', open)
  const said: string[] = []
  race.onopen = () => said.push('open')
  race.onclose = () => said.push('close')
  return { roads, race, dialled, said }
}

test('the next peer is tried at once when the first refuses, and is the socket from then on', () => {
  const { roads, race, dialled, said } = made()
  race.binaryType = 'arraybuffer'
  assert.equal(dialled.length, 1)
  dialled[0]?.ends()
  dialled[1]?.opens()
  assert.deepEqual(
    dialled.map(({ address }) => address),
    ['ws://north:1/live', 'ws://south:2/live'],
  )
  assert.deepEqual(said, ['open'])
  assert.equal(dialled[1]?.binaryType, 'arraybuffer')
  race.send('x')
  assert.deepEqual(dialled[1]?.sent, ['x'])
  assert.equal(race.road?.name, 'south')
  assert.equal(roads.order()[0]?.name, 'south', 'whoever dials next begins there')
})

test('a peer that says nothing at all is tried beside the next, and whoever is second is closed', (t) => {
  t.after(() => mock.timers.reset())
  mock.timers.enable({ apis: ['setTimeout'] })
  const { dialled, said } = made()
  mock.timers.tick(STAGGER_MS)
  const [north, south] = dialled
  south?.opens()
  assert.ok(north?.isClosed)
  north?.opens()
  assert.deepEqual(said, ['open'])
  assert.ok(!south?.isClosed)
})

test('it is closed once, when nobody is left to try', () => {
  const { race, dialled, said } = made()
  dialled[0]?.ends()
  dialled[1]?.ends()
  assert.deepEqual(said, ['close'])
  assert.equal(race.readyState, 3)
})

test('a close that says the peer drains puts that peer last', () => {
  const { roads, dialled, said } = made()
  dialled[0]?.opens()
  dialled[0]?.ends(1012)
  assert.deepEqual(said, ['open', 'close'])
  assert.equal(roads.order()[0]?.name, 'south')
})

test('who gives up closes what is on its way and hears of nothing more', () => {
  const { race, dialled, said } = made()
  race.close()
  assert.ok(dialled[0]?.isClosed)
  dialled[0]?.opens()
  dialled[0]?.ends()
  assert.deepEqual(said, [])
  assert.equal(dialled.length, 1)
})
