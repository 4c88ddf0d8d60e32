import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Roads } from './roads.ts'

const NORTH = 'https://north.example'
const SOUTH = { name: 'south', url: 'https://south.example' }
const EAST = { name: 'east', url: 'https://east.example' }

function made(own = NORTH): { roads: Roads; pass: (ms: number) => void } {
  let nowMs = 0
  // Each draw is lower than the one before, so that the order of others is turned round.
  let draw = 1
  const random = () => {
    draw /= 2
    return draw
  }
  const pass = (ms: number): void => {
    nowMs += ms
  }
  return { roads: new Roads({ own, nowMs: () => nowMs, random }), pass }
}

const urls = (roads: Roads): string[] => roads.order().map(({ url }) => url)

test('without a ticket there is only the page’s own peer', () => {
  const { roads } = made()
  roads.learn([SOUTH], undefined)
  assert.deepEqual(urls(roads), [NORTH])
  assert.deepEqual(roads.protocols(roads.own), [])
})

test('with a ticket the others follow, each tab in an order of its own', () => {
  const { roads } = made()
  roads.learn([SOUTH, EAST], 'a.b')
  assert.deepEqual(urls(roads), [NORTH, EAST.url, SOUTH.url])
  const [, east] = roads.order()
  assert.ok(east)
  assert.deepEqual(roads.protocols(east), ['skein', 'skein-ticket.a.b'])
  assert.equal(roads.address(east, '/api/v1/live'), 'wss://east.example/api/v1/live')
})

test('the way that worked last comes first, also when its peer names only the others', () => {
  const { roads } = made()
  roads.learn([SOUTH, EAST], 'a.b')
  const south = roads.order().find(({ url }) => url === SOUTH.url)
  assert.ok(south)
  roads.worked(south)
  roads.learn([EAST], 'c.d')
  assert.deepEqual(urls(roads), [SOUTH.url, NORTH, EAST.url])
  roads.worked(roads.own)
  roads.learn([EAST], 'e.f')
  assert.deepEqual(urls(roads), [NORTH, EAST.url])
})

test('while the page’s own peer serves it, another that worked once comes second', () => {
  const { roads } = made()
  roads.learn([SOUTH, EAST], 'a.b')
  const south = roads.order().find(({ url }) => url === SOUTH.url)
  assert.ok(south)
  roads.worked(south)
  roads.isHome = true
  assert.deepEqual(urls(roads), [NORTH, SOUTH.url, EAST.url])
  roads.isHome = false
  assert.deepEqual(urls(roads), [SOUTH.url, NORTH, EAST.url])
})

test('a peer that said that it goes comes last for a moment', () => {
  const { roads, pass } = made()
  roads.learn([SOUTH], 'a.b')
  roads.leaving(roads.own)
  assert.deepEqual(urls(roads), [SOUTH.url, NORTH])
  pass(60_000)
  assert.deepEqual(urls(roads), [NORTH, SOUTH.url])
})

test('behind one name there is one way', () => {
  const { roads } = made()
  roads.learn([{ name: 'south', url: NORTH }], 'a.b')
  assert.deepEqual(urls(roads), [NORTH])
})

test('what this page could not open is left out', () => {
  const plain = { name: 'plain', url: 'http://plain.example' }
  const local = { name: 'local', url: 'https://localhost:7535' }
  const { roads } = made()
  roads.learn([plain, local, SOUTH], 'a.b')
  assert.deepEqual(urls(roads), [NORTH, SOUTH.url])
  const here = made('http://localhost:7534').roads
  here.learn([plain, { name: 'local', url: 'http://localhost:7535' }], 'a.b')
  assert.deepEqual(urls(here).sort(), [
    'http://localhost:7534',
    'http://localhost:7535',
    'http://plain.example',
  ])
})
