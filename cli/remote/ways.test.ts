import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { Ways } from './ways.ts'

const home = { origin: 'https://north.example', token: 'skein_t', ca: 'HOME' }
const SOUTH = { url: 'https://south.example', authority: 'SOUTH' }
const EAST = { url: 'https://east.example' }

const origins = (ways: Ways): string[] => ways.order.map(({ origin }) => origin)

test('the server of the login comes first, then those that it named, with its token', () => {
  const ways = new Ways(home, [{ url: home.origin }, SOUTH, EAST])
  assert.deepEqual(origins(ways), [home.origin, SOUTH.url, EAST.url])
  assert.deepEqual(ways.order[1], { origin: SOUTH.url, token: 'skein_t', ca: 'SOUTH\nHOME' })
  assert.deepEqual(ways.order[2], { origin: EAST.url, token: 'skein_t', ca: 'HOME' })
})

test('a token that was given over HTTPS is not sent over HTTP', () => {
  assert.deepEqual(origins(new Ways(home, [{ url: 'http://south.example' }])), [home.origin])
  const plain = new Ways({ origin: 'http://localhost:7534' }, [{ url: 'http://localhost:7535' }])
  assert.equal(plain.order.length, 2)
})

test('who answered is asked first, who goes last, and who is named no more not at all', () => {
  const ways = new Ways(home, [SOUTH, EAST])
  const [, south, east] = ways.order
  assert.ok(south && east)
  ways.worked(east)
  assert.deepEqual(origins(ways), [EAST.url, home.origin, SOUTH.url])
  ways.failed(east)
  assert.deepEqual(origins(ways), [home.origin, SOUTH.url, EAST.url])
  ways.worked(south)
  ways.learn([SOUTH, { url: 'https://west.example' }])
  assert.deepEqual(origins(ways), [SOUTH.url, home.origin, 'https://west.example'])
})

test('only the server of the login is believed that the login is gone', () => {
  const ways = new Ways(home, [SOUTH])
  const [own, south] = ways.order
  assert.ok(own && south)
  const gone = new SkeinError('login_needed', { server: 'x' })
  assert.equal(ways.isFinal(own, gone), true)
  assert.equal(ways.isFinal(south, gone), false)
  const unreachable = new SkeinError('server_unreachable', { server: 'x', reason: 'y' })
  assert.equal(ways.isFinal(own, unreachable), false)
  const missing = new SkeinError('not_found', { thing: 'space' })
  assert.equal(ways.isFinal(south, missing), true)
})
