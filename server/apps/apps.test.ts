// The door to apps by its own outside: who gets in, how, and what the app and the visitor are shown of each other.

import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { after, before, test } from 'node:test'
import { eventually } from '../../tests/support/eventually.ts'
import { AppWorld, codeIn, cookieIn, headerOf } from '../../tests/support/http/app-world.ts'
import type { Client } from '../../tests/support/http/client.ts'

const HTML = { Accept: 'text/html' }
let it: AppWorld
let stranger: Client
let friend: Client
const seen: IncomingMessage[] = []

before(async () => {
  it = await AppWorld.open((request, response) => {
    seen.push(request)
    response.setHeader('set-cookie', [
      'own=1; Domain=localhost',
      '__Host-skein-app=evil; Secure; Path=/',
    ])
    response.setHeader('clear-site-data', '"cookies"')
    response.end(`app ${request.url}`)
  })
  const administrator = it.world.client()
  await administrator.post('/session', { username: 'ada', password: 'correct horse battery' })
  stranger = await it.world.member(administrator, 'sam')
  friend = await it.world.member(administrator, 'fred')
})
after(() => it.close())

const last = (): IncomingMessage => {
  const request = seen.at(-1)
  if (!request) throw new Error('the app was not asked')
  return request
}

test('an owner comes by Skein’s page, once, and back to where they wanted to go', async () => {
  const asked = seen.length
  const away = await it.get('/deep?x=1', HTML)
  assert.equal(away.status, 302)
  const location = headerOf(away, 'location') ?? ''
  assert.ok(location.startsWith(`http://localhost:${it.port}/apps/enter?to=`), location)
  const onPage = new URL(location)
  const page = onPage.pathname + onPage.search
  const back = await it.get(page, { Cookie: it.owner.cookie }, 'localhost')
  assert.equal(headerOf(back, 'referrer-policy'), 'no-referrer')
  const ticket = headerOf(back, 'location') ?? ''
  assert.ok(ticket.startsWith(`http://${it.host}:${it.port}/.skein/enter?ticket=`), ticket)
  const { pathname, search } = new URL(ticket)
  const redeemed = await it.get(pathname + search, { Cookie: cookieIn(away) })
  assert.equal(headerOf(redeemed, 'location'), '/deep?x=1')
  assert.match(
    headerOf(redeemed, 'set-cookie') ?? '',
    /^__Host-skein-app=.*; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  )
  assert.equal(seen.length, asked, 'none of this is the app’s business')
  const there = await it.get('/deep?x=1', { Cookie: `${cookieIn(redeemed)}; mine=1` })
  assert.equal(there.body, 'app /deep?x=1')
  assert.equal(last().headers.cookie, 'mine=1')
})

test('whoever opens an app is in the audit, once a visit, with where from and by which session', async () => {
  const pass = await it.enter(it.owner)
  for (let i = 0; i < 3; i++) await it.get(`/audited/${i}`, { Cookie: pass })
  const visits = await eventually(
    async () => {
      const entries = await it.world.records.read('audit', { limit: 500 })
      const found = entries.filter(({ body }) => body.action === 'app.visit')
      return found.length > 0 ? found : undefined
    },
    { timeoutMs: 10_000, what: 'the visit in the audit' },
  )
  const ids = visits.map(({ body }) => body.credential?.id)
  assert.equal(new Set(ids).size, ids.length)
  assert.equal(visits[0]?.body.credential?.kind, 'session')
  assert.ok(visits[0]?.body.address)
})

test('the app is told who visits and where, whatever the visitor claims', async () => {
  const pass = await it.enter(it.owner)
  await it.get('/', {
    Cookie: pass,
    'X-Forwarded-For': '6.6.6.6',
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Proto': 'https',
    'X-Real-IP': '6.6.6.6',
    Forwarded: 'for=6.6.6.6',
    'Proxy-Authorization': 'x',
    'X-Skein-User': 'ada',
  })
  const { headers } = last()
  assert.equal(headers.host, `${it.host}:${it.port}`)
  assert.equal(headers['x-forwarded-for'], '127.0.0.1')
  assert.equal(headers['x-forwarded-host'], `${it.host}:${it.port}`)
  assert.equal(headers['x-forwarded-proto'], 'http')
  for (const name of ['x-real-ip', 'forwarded', 'proxy-authorization', 'x-skein-user', 'cookie']) {
    assert.equal(headers[name], undefined, name)
  }
})

test('an app sets no cookie of ours or of its neighbours, and clears none', async () => {
  const answer = await it.get('/', { Cookie: await it.enter(it.owner) })
  const cookies = answer.head.split('\r\n').filter((line) => /^set-cookie/i.test(line))
  assert.deepEqual(
    cookies.map((line) => line.toLowerCase()),
    ['set-cookie: own=1'],
  )
  assert.equal(headerOf(answer, 'clear-site-data'), undefined)
})

test('what is no page gets a coded answer and is sent nowhere', async () => {
  const kinds: Record<string, string>[] = [
    {},
    { 'Sec-Fetch-Mode': 'cors', Accept: 'text/html' },
    { Accept: '*/*' },
  ]
  for (const headers of kinds) {
    const answer = await it.get('/', headers)
    assert.equal(answer.status, 401)
    assert.equal(codeIn(answer), 'not_signed_in')
  }
})

test('the cookie of Skein’s page opens nothing here, and reaches no app', async () => {
  const answer = await it.get('/api/v1/me', { Cookie: it.owner.cookie })
  assert.equal(codeIn(answer), 'not_signed_in')
  const pass = await it.enter(it.owner)
  const api = await it.get('/api/v1/me', { Cookie: `${pass}; ${it.owner.cookie}` })
  assert.equal(api.body, 'app /api/v1/me')
  assert.equal(last().headers.cookie, undefined)
})

test('strangers learn neither what exists nor what is shared', async () => {
  const none = it.hostOf(it.appPort, 'none--olga')
  const nobody = it.hostOf(it.appPort, 'web--nobody')
  for (const host of [it.host, none, nobody]) {
    assert.equal((await it.get('/', HTML, host)).status, 302, host)
    assert.equal(codeIn(await it.get('/', {}, host)), 'not_signed_in', host)
    const query = new URLSearchParams({ to: `http://${host}:${it.port}/`, state: 'a'.repeat(43) })
    const refused = await it.get(`/apps/enter?${query}`, { Cookie: stranger.cookie }, 'localhost')
    assert.equal(refused.status, 403, host)
    assert.equal(codeIn(refused), 'app_not_shared')
    assert.ok(refused.body.includes(host === nobody ? 'nobody' : 'olga'))
  }
})

test('its owner is told that there is no such space or app', async () => {
  const host = it.hostOf(it.appPort, 'none--olga')
  const query = new URLSearchParams({ to: `http://${host}:${it.port}/`, state: 'a'.repeat(43) })
  const answer = await it.get(`/apps/enter?${query}`, { Cookie: it.owner.cookie }, 'localhost')
  assert.equal(answer.status, 404)
  assert.equal(codeIn(answer), 'app_unknown')
})

test('a port is opened to whom its owner names, and to them no longer than that', async () => {
  await it.share('people', ['fred'])
  const pass = await it.enter(friend)
  assert.equal((await it.get('/', { Cookie: pass })).body, 'app /')
  await assert.rejects(it.enter(stranger))
  await it.share('signed-in')
  assert.equal((await it.get('/', { Cookie: await it.enter(stranger) })).body, 'app /')
  assert.equal((await it.get('/')).status, 401)
  await it.share('public')
  assert.equal((await it.get('/')).body, 'app /')
  assert.equal((await it.get('/', {}, it.hostOf(it.appPort + 1))).status, 401)
  await it.share('owner')
  const refused = await it.get('/', { Cookie: pass })
  assert.equal(codeIn(refused), 'app_not_shared')
  assert.equal((await it.get('/', { Cookie: pass, ...HTML })).status, 403)
})

test('being an administrator opens nobody’s ports', async () => {
  const administrator = it.world.client()
  await administrator.post('/session', { username: 'ada', password: 'correct horse battery' })
  await assert.rejects(it.enter(administrator))
})

test('a pass is for one host and ends with its session', async () => {
  const other = it.world.client()
  await other.post('/session', { username: 'olga', password: 'correct horse battery' })
  const pass = await it.enter(other)
  assert.equal((await it.get('/', { Cookie: pass }, it.hostOf(it.appPort + 1))).status, 401)
  assert.equal((await it.get('/', { Cookie: `${pass}x` })).status, 401)
  assert.equal((await it.get('/', { Cookie: `${pass}; __Host-skein-app=other` })).status, 401)
  assert.equal((await it.get('/', { Cookie: pass })).status, 200)
  await other.delete('/session')
  assert.equal((await it.get('/', { Cookie: pass })).status, 401)
})

test('a ticket works once, soon, on its host, in the browser that was sent away', async () => {
  const state = cookieIn(await it.get('/', HTML))
  const make = async (): Promise<string> => {
    const away = await it.get('/x', { ...HTML, Cookie: state })
    const url = new URL(headerOf(away, 'location') ?? '')
    const back = await it.get(url.pathname + url.search, { Cookie: it.owner.cookie }, 'localhost')
    const ticket = new URL(headerOf(back, 'location') ?? '')
    return ticket.pathname + ticket.search
  }
  const used = await make()
  assert.equal((await it.get(used, { Cookie: state })).status, 302)
  assert.equal(codeIn(await it.get(used, { Cookie: state })), 'ticket_invalid')
  const stolen = await make()
  assert.equal(codeIn(await it.get(stolen)), 'ticket_invalid')
  assert.equal(
    codeIn(await it.get(stolen, { Cookie: `__Host-skein-app-state=${'x'.repeat(22)}` })),
    'ticket_invalid',
  )
  const other = it.hostOf(it.appPort + 1)
  assert.equal(codeIn(await it.get(stolen, { Cookie: state }, other)), 'ticket_invalid')
  assert.equal(codeIn(await it.get(`${stolen}x`, { Cookie: state })), 'ticket_invalid')
  await it.world.clock.advance(31_000)
  assert.equal(codeIn(await it.get(stolen, { Cookie: state })), 'ticket_invalid')
})

test('nothing below the reserved path reaches an app', async () => {
  const Cookie = await it.enter(it.owner)
  const asked = seen.length
  for (const path of ['/.skein', '/.skein/', '/.skein/enter', '/.skein/x?ticket=1', '/.skein?x']) {
    assert.ok([400, 404].includes((await it.get(path, { Cookie })).status), path)
  }
  assert.equal(seen.length, asked)
  assert.equal((await it.get('/.skeins', { Cookie })).body, 'app /.skeins')
})

test('Skein’s page sends nobody anywhere but to an app of ours', async () => {
  const state = 'a'.repeat(43)
  const own = `http://${it.host}:${it.port}`
  const targets = [
    'https://evil.example/',
    `http://evil.example/${own}`,
    `http://user@${it.host}:${it.port}/`,
    `https://${it.host}:${it.port}/`,
    `${own}//evil.example/`,
    `${own}/.skein/enter?ticket=x`,
    `http://${it.host}.:${it.port}/`,
    `http://localhost:${it.port}/`,
    'javascript:alert(1)',
    '',
  ]
  for (const to of targets) {
    const path = `/apps/enter?${new URLSearchParams({ to, state })}`
    const answer = await it.get(path, { Cookie: it.owner.cookie }, 'localhost')
    assert.equal(answer.status, 400, to)
    assert.equal(codeIn(answer), 'app_address_invalid', to)
  }
  const query = new URLSearchParams({ to: own, state: 'short' })
  assert.equal(
    (await it.get(`/apps/enter?${query}`, { Cookie: it.owner.cookie }, 'localhost')).status,
    400,
  )
})

test('whoever is not signed in is asked once more from our own page, and then to sign in', async () => {
  const to = `http://${it.host}:${it.port}/a?b=c`
  const path = `/apps/enter?${new URLSearchParams({ to, state: 'a'.repeat(43) })}`
  const again = await it.get(path, {}, 'localhost')
  const onward = /url=([^"]+)"/.exec(again.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  assert.ok(onward.startsWith('/apps/enter?to='), again.body)
  const login = headerOf(await it.get(onward, {}, 'localhost'), 'location') ?? ''
  assert.ok(login.startsWith('/login?to=%2Fapps%2Fenter%3F'), login)
  assert.equal(new URL(login, 'http://x').searchParams.get('to'), path)
})

test('where nothing listens, its owner is told what does, and others only that nothing answers', async () => {
  const silent = it.appPort === 9 ? 10 : 9
  await it.share('public', [], silent)
  const host = it.hostOf(silent)
  const others = await it.get('/', HTML, host)
  assert.equal(others.status, 502)
  assert.equal(codeIn(others), 'nothing_listens')
  assert.ok(!others.body.includes('/spaces/'))
  assert.equal(headerOf(others, 'skein-error'), 'nothing_listens')
  assert.match(
    headerOf(others, 'content-security-policy') ?? '',
    /^default-src 'none'; style-src 'nonce-/,
  )
  await it.share('owner', [], silent)
  const own = await it.get('/', { ...HTML, Cookie: await it.enter(it.owner, host) }, host)
  assert.ok(own.body.includes(`/spaces/${it.spaceId}`), own.body)
})
