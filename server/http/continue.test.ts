import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Client } from '../../tests/support/http/client.ts'
import { World } from '../../tests/support/http/world.ts'
import type { PublishedPeer } from '../cluster/published.ts'
import type { Person } from '../identity/credential.ts'
import { HANDOVER_MS } from '../identity/tickets.ts'

const NORTH = 'https://north.example'
const FORM = 'application/x-www-form-urlencoded'
const EVIL = 'https://evil.example'
const published: readonly PublishedPeer[] = [
  { id: 'p', name: 'south', url: 'http://localhost:7534', isSelf: true, isThere: true },
  { id: 'n', name: 'north', url: NORTH, isSelf: false, isThere: false },
]

let world: World
let client: Client
before(async () => {
  world = await World.open({ published })
  client = await world.setUp()
})
after(() => world.close())

const personOf = ({ cookie }: Client): Person => {
  const person = world.identity.sessions.authenticate(cookie.slice(cookie.indexOf('=') + 1))
  assert.ok(person)
  return person
}

const codeFor = (origin = NORTH, peer = 'p', of = client): string =>
  world.identity.tickets.handOver(personOf(of), { origin, peer })

/** The form that a page of `origin` sends. */
const send = (code: string, path = '/account', origin = NORTH, type = FORM) =>
  world.http.fetch(
    new Request('http://localhost:7534/continue', {
      method: 'POST',
      headers: { origin, 'content-type': type, 'sec-fetch-site': 'cross-site' },
      body: new URLSearchParams({ code, path }).toString(),
    }),
  )

test('a page hands its session over once, and is on the same page here', async () => {
  const code = codeFor()
  const answer = await send(code, '/spaces/x?terminal=main#top')
  assert.equal(answer.status, 303)
  assert.equal(answer.headers.get('location'), '/spaces/x?terminal=main#top')
  const [cookie = ''] = answer.headers.getSetCookie()
  assert.match(cookie, /HttpOnly; SameSite=Strict/)
  const here = world.client()
  here.cookie = cookie.split(';')[0] ?? ''
  const [mine, theirs] = [await here.get('/me'), await client.get('/me')]
  assert.equal(mine.body.sessionId, theirs.body.sessionId, 'it is the same session')
  const again = await send(code)
  assert.deepEqual(again.headers.getSetCookie(), [])
  assert.equal(again.headers.get('location'), '/login?to=%2Faccount')
})

const worthless: readonly [string, () => string][] = [
  ['a forged code', () => codeFor().replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'))],
  ['a code for another peer', () => codeFor(NORTH, 'another')],
  ['a code of another page', () => codeFor('https://south.example')],
  ['a ticket', () => world.identity.tickets.issue(personOf(client), NORTH)],
  ['nothing', () => ''],
]
for (const [what, code] of worthless) {
  test(`${what} leads to signing in`, async () => {
    const answer = await send(code())
    assert.deepEqual(answer.headers.getSetCookie(), [])
    assert.match(answer.headers.get('location') ?? '', /^\/login\?to=/)
  })
}

test('a code that is late or whose session has ended signs nobody in', async () => {
  const late = codeFor()
  await world.clock.advance(HANDOVER_MS)
  const leaver = await world.member(client, 'leaver')
  const ended = codeFor(NORTH, 'p', leaver)
  await leaver.delete('/session')
  for (const code of [late, ended]) {
    assert.deepEqual((await send(code)).headers.getSetCookie(), [])
  }
})

test('a form of a foreign page is refused, whatever its code', async () => {
  for (const origin of [EVIL, 'null', '']) {
    const answer = await send(codeFor(), '/', origin)
    assert.equal(answer.status, 403)
    assert.deepEqual(answer.headers.getSetCookie(), [])
  }
})

test('it leads to no other host', async () => {
  const paths = ['//evil.example', '/\\evil.example', 'https://evil.example', '/a\r\nx: y', '']
  for (const path of [...paths, `/${'a'.repeat(3000)}`]) {
    assert.equal((await send(codeFor(), path)).headers.get('location'), '/')
  }
})

test('another type of body and one without end are refused', async () => {
  assert.equal((await send(codeFor(), '/', NORTH, 'text/plain')).status, 400)
  assert.equal((await send('a'.repeat(20_000))).status, 413)
})

test('our pages may open sockets at the cluster’s other peers, and nowhere else', async () => {
  const policyOf = async (peers: readonly PublishedPeer[]): Promise<string> => {
    const folder = mkdtempSync(join(tmpdir(), 'skein-pages-'))
    writeFileSync(join(folder, 'index.html'), '<!doctype html>')
    const served = await World.open({ published: peers, webFolder: folder })
    const answer = await served.http.fetch(new Request('http://localhost:7534/spaces'))
    await served.close()
    rmSync(folder, { recursive: true })
    return answer.headers.get('content-security-policy') ?? ''
  }
  const alone = await policyOf(published.slice(0, 1))
  assert.match(alone, /connect-src 'self';.*form-action 'self';/)
  const east = { id: 'e', name: 'east', url: 'https://east.example', isSelf: false, isThere: true }
  // Also one that is away: the page may still be open when it is back.
  const three = await policyOf([...published, east])
  assert.match(three, /connect-src 'self' wss:\/\/east.example wss:\/\/north.example;/)
  assert.match(three, /form-action 'self' https:\/\/east.example https:\/\/north.example;/)
})
