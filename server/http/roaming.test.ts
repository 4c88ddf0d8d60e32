import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { SOCKET_PROTOCOL, TICKET_PROTOCOL } from '#protocol/api/live-protocols.ts'
import { newId } from '#protocol/ids.ts'
import type { Client } from '../../tests/support/http/client.ts'
import { TestSocket } from '../../tests/support/http/socket.ts'
import { World } from '../../tests/support/http/world.ts'
import type { PublishedPeer } from '../cluster/published.ts'
import type { Person } from '../identity/credential.ts'
import { TICKET_MS } from '../identity/tickets.ts'

/** The peer that served the page, and is gone; this one; one more that is there. */
const NORTH = 'https://north.example'
const published: readonly PublishedPeer[] = [
  { id: 's', name: 'south', url: 'https://south.example', isSelf: true, isThere: true },
  { id: 'n', name: 'north', url: NORTH, isSelf: false, isThere: false },
  { id: 'e', name: 'east', url: 'https://east.example', isSelf: false, isThere: true },
]

let world: World
let foreign: World
let client: Client
let port: number
let spaceId: string
before(async () => {
  world = await World.open({ published })
  foreign = await World.open({ published })
  client = await world.setUp({ starters: ['shell'] })
  await foreign.setUp()
  port = await world.listen()
  const [template] = world.records.list('template')
  spaceId = newId()
  await client.post('/spaces', { id: spaceId, name: 'box', templateId: template?.id })
})
after(() => Promise.all([world.close(), foreign.close()]))

function personOf({ cookie }: Client): Person {
  const person = world.identity.sessions.authenticate(cookie.slice(cookie.indexOf('=') + 1))
  assert.ok(person)
  return person
}

const ticketOf = (of = client, origin = NORTH): string =>
  world.identity.tickets.issue(personOf(of), origin)

/** As a page of `origin` would open it; the status of the refusal, or the socket. */
const attach = (ticket: string, origin = NORTH, path = '/live', cookie = '') =>
  TestSocket.open(port, path, { origin, cookie }, [SOCKET_PROTOCOL, TICKET_PROTOCOL + ticket])

async function admitted(...given: Parameters<typeof attach>): Promise<TestSocket> {
  const socket = await attach(...given)
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
  return socket
}

test('a page whose peer is gone opens live updates and terminals here with its ticket', async () => {
  const live = await admitted(ticketOf())
  await live.until(({ json }) => json.length === 2, 'the greeting')
  assert.equal(live.socket.protocol, SOCKET_PROTOCOL)
  const [, elsewhere] = live.json
  assert.deepEqual(elsewhere?.peers, [{ name: 'east', url: 'https://east.example' }])
  // It is renewed here as it was at home, for the page's own origin.
  const renewed = await admitted(String(elsewhere?.ticket))
  const terminal = await admitted(ticketOf(), NORTH, `/spaces/${spaceId}/terminals/main/attach`)
  for (const socket of [live, renewed, terminal]) socket.close()
})

test('a ticket speaks for its own person, whatever cookie comes with it', async () => {
  const other = await world.member(client, 'mallory')
  const path = `/spaces/${spaceId}/terminals/main/attach`
  assert.equal(await attach(ticketOf(other), NORTH, path), 404)
  assert.equal(await attach(ticketOf(other), NORTH, path, client.cookie), 404)
  const own = await admitted(ticketOf(), NORTH, path, other.cookie)
  own.close()
})

const EVIL = 'https://evil.example'
type Refused = readonly [
  what: string,
  offer: () => readonly [ticket: string, origin: string],
  status: number,
]
const refused: readonly Refused[] = [
  ['a good ticket from a foreign origin', () => [ticketOf(), EVIL], 403],
  ['a ticket that was made for a foreign origin', () => [ticketOf(client, EVIL), EVIL], 403],
  [
    'a ticket of another page of ours',
    () => [ticketOf(client, 'https://east.example'), NORTH],
    401,
  ],
  ['a good ticket without an origin', () => [ticketOf(), ''], 403],
  ['an opaque origin', () => [ticketOf(), 'null'], 403],
  ...[
    'http://north.example',
    'https://north.example:444',
    'HTTPS://NORTH.EXAMPLE',
    'https://8080--box--ada.north.example',
    'https://north.example.evil.example',
  ].map((near): Refused => [`a ticket from ${near}`, () => [ticketOf(client, near), near], 403]),
  ['a forged ticket', () => [forged(ticketOf()), NORTH], 401],
  ['a ticket of another cluster', () => [otherCluster(), NORTH], 401],
  ['a session’s cookie for a ticket', () => [client.cookie.split('=')[1] ?? '', NORTH], 401],
  ['a handover for a ticket', () => [handover(), NORTH], 401],
  ['an empty ticket', () => ['', NORTH], 401],
  ['a ticket without end', () => ['a'.repeat(6000), NORTH], 401],
]
for (const [what, offer, status] of refused) {
  test(`${what} opens nothing`, async () => {
    assert.equal(await attach(...offer()), status)
  })
}

/** With somebody else's id in it. */
function forged(ticket: string): string {
  const [payload = '', mac] = ticket.split('.')
  const claims = Buffer.from(payload, 'base64url').toString()
  const { userId } = personOf(client)
  const changed = claims.replace(userId, newId())
  assert.notEqual(changed, claims)
  return `${Buffer.from(changed).toString('base64url')}.${mac}`
}

const otherCluster = (): string => foreign.identity.tickets.issue(personOf(client), NORTH)

const handover = (): string =>
  world.identity.tickets.handOver(personOf(client), { origin: NORTH, peer: 'p' })

test('a ticket that has expired opens nothing', async () => {
  const ticket = ticketOf()
  await world.clock.advance(TICKET_MS)
  assert.equal(await attach(ticket), 401)
})

test('a ticket opens no request, no program and no port', async () => {
  const ticket = ticketOf()
  const asProtocol = { 'sec-websocket-protocol': `${SOCKET_PROTOCOL}, ${TICKET_PROTOCOL}${ticket}` }
  const stranger = world.client()
  const ways: Record<string, string>[] = [
    asProtocol,
    { authorization: `Bearer ${ticket}` },
    { cookie: `__Host-skein=${ticket}` },
    { 'x-skein-ticket': ticket },
  ]
  for (const headers of ways) {
    assert.equal((await stranger.get('/me', { headers })).status, 401)
    const made = await stranger.post('/me/tokens', { name: 'x' }, { headers })
    assert.equal(made.status, 401)
  }
  assert.equal((await stranger.get(`/me?ticket=${ticket}`)).status, 401)
  for (const path of ['exec', 'connect?to=ssh']) {
    assert.equal(await attach(ticket, NORTH, `/spaces/${spaceId}/${path}`), 403)
  }
  assert.equal(await TestSocket.open(port, `/live?ticket=${ticket}`, { origin: NORTH }), 403)
})

test('a session that ends takes its ticket’s sockets with it, and its ticket opens no others', async () => {
  const leaver = await world.member(client, 'leaver')
  const ticket = ticketOf(leaver)
  const socket = await admitted(ticket)
  assert.equal((await leaver.delete('/session')).status, 204)
  await socket.until(({ closed }) => closed === 4401, 'the close')
  assert.equal(await attach(ticket), 401)
})

test('an upgrade with two thousand tickets is refused at once', async () => {
  const socket = connect(port, '127.0.0.1')
  const offers = Array.from({ length: 2000 }, () => `${TICKET_PROTOCOL}a.b`).join(', ')
  socket.write(
    [
      'GET /api/v1/live HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      `Origin: ${NORTH}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      `Sec-WebSocket-Protocol: ${offers}`,
      '\r\n',
    ].join('\r\n'),
  )
  assert.match(await text(socket), /^HTTP\/1\.1 4(01|31) /)
})

test('a page of an address that is not published is told of the others and given no ticket', async () => {
  const socket = await TestSocket.open(port, '/live', { cookie: client.cookie })
  assert.ok(socket instanceof TestSocket)
  await socket.until(({ json }) => json.length === 2, 'the greeting')
  assert.deepEqual(socket.json[1], {
    type: 'elsewhere',
    peers: [{ name: 'east', url: 'https://east.example' }],
  })
  socket.socket.send(JSON.stringify({ type: 'handover' }))
  socket.socket.send(JSON.stringify({ type: 'ping', at: 1 }))
  await socket.until(({ json }) => json.length === 3, 'the answer')
  assert.equal(socket.json[2]?.type, 'pong')
  socket.close()
})

test('somebody signed in is told where the peers are that answer', async () => {
  const { body } = await client.get('/peers/urls')
  assert.deepEqual(body, {
    urls: [
      { name: 'south', url: 'https://south.example' },
      { name: 'east', url: 'https://east.example' },
    ],
  })
})
