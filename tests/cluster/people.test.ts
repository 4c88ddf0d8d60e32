// Two real servers of one cluster: what is taken away at one is taken away at both at once, what is good once is good once on
// both together, and what people have tried against others is refused by a whole server.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import { newId } from '#protocol/ids.ts'
import { Api, TEST_PASSWORD } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import type { Skein } from '../support/skein.ts'
import { TestTerminal } from '../support/terminal.ts'
import { administrator, startPeers } from './support.ts'

const TEMPLATE = 'name: people\nservices: {main: {image: "skein/base:1"}}'
const soon = (what: string) => ({ timeoutMs: 30_000, what })
/** What is promised, ms; the loaded machines of tests get more. */
const ENDED_MS = process.env.SKEIN_TEST_TIMED === undefined ? 10_000 : 1000

let peers: readonly Skein[] = []
let apis: readonly Api[] = []
let templateId = ''
const spaceId = newId<'space'>()
const [A, B] = [0, 1] as const
const api = (at: number): Api => apis[at] ?? assert.fail('no such peer')

/** Somebody who is signed in, at each peer. */
async function person(username: string): Promise<readonly Api[]> {
  await api(A).call('POST', '/users', { username, password: TEST_PASSWORD })
  const first = new Api(api(A).url)
  await first.signIn(username)
  return [first, at(B, first.cookie)]
}

function at(index: number, cookie: string): Api {
  const other = new Api(api(index).url)
  other.cookie = cookie
  return other
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code
const refusal = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'done').catch(codeOf)

async function idOf(username: string): Promise<string> {
  return (await api(A).users()).find((user) => user.username === username)?.id ?? ''
}

let mel: readonly Api[] = []
const owner = (index: number): Api => mel[index] ?? assert.fail('nobody')

before(async () => {
  peers = await startPeers(2)
  apis = await administrator(peers)
  ;({ id: templateId } = await api(A).createTemplate(TEMPLATE))
  mel = await person('mel')
  await owner(A).createSpace({ id: spaceId, name: 'nest', templateId })
  await owner(A).until(spaceId, 'running')
  await eventually(
    () =>
      owner(B)
        .space(spaceId)
        .then(() => true),
    soon('it at the other'),
  )
})

after(async () => {
  await api(A)
    .deleteSpaces()
    .catch(() => undefined)
  await Promise.all(peers.map((skein) => skein.close()))
})

test('who looks on sees what is typed at another server, types nothing, and is out when the share ends', async () => {
  const [vera] = await person('vera')
  assert.ok(vera)
  const share = (level: string | null) =>
    owner(A).call('PUT', `/spaces/${spaceId}/shares`, { kind: 'user', name: 'vera', level })
  const typing = await TestTerminal.open(owner(A), spaceId, 'shown')
  await share('viewer')
  const watcher = at(B, vera.cookie)
  await eventually(() => watcher.space(spaceId).then(() => true), soon('the share'))
  const watching = await TestTerminal.open(watcher, spaceId, 'shown')
  typing.type("echo seen-''by-all\n")
  await watching.until(/seen-by-all/)
  watching.type("echo typed-''by-viewer\n")
  await eventually(() => watching.errors.some(({ code }) => code === 'forbidden'), soon('no'))
  typing.type("echo after-''that\n")
  await typing.until(/after-that\r\n/)
  assert.doesNotMatch(typing.text, /typed-by-viewer/)
  watching.close()
  const none = new TestTerminal(watcher, spaceId, 'not-there')
  await eventually(() => none.errors.some(({ code }) => code === 'terminal_gone'), soon('none'))
  none.close()
  assert.ok(!(await owner(A).terminals(spaceId)).some(({ name }) => name === 'not-there'))
  await share('user')
  const inside = await eventually(
    () => TestTerminal.open(watcher, spaceId, 'inside'),
    soon('somebody who may type'),
  )
  inside.type("echo let-''in\n")
  await inside.until(/let-in\r\n/)
  const sinceMs = performance.now()
  await share(null)
  await eventually(() => inside.errors.some(({ code }) => code === 'forbidden'), soon('the end'))
  assert.ok(performance.now() - sinceMs < ENDED_MS)
  inside.close()
  typing.close()
})

test('the open terminals of somebody who is disabled end at once, through every server', async () => {
  const [gone] = await person('gone')
  assert.ok(gone)
  for (const level of ['user'])
    await owner(A).call('PUT', `/spaces/${spaceId}/shares`, { kind: 'user', name: 'gone', level })
  const there = at(B, gone.cookie)
  await eventually(() => there.space(spaceId).then(() => true), soon('the share'))
  const open = [
    await TestTerminal.open(gone, spaceId, 'one'),
    await TestTerminal.open(there, spaceId, 'two'),
  ]
  const before = open.map(({ attached }) => attached)
  const ended = open.map((terminal) => {
    const from = terminal.connections
    return eventually(() => terminal.connections > from && performance.now(), soon('its end'))
  })
  const sinceMs = performance.now()
  await api(A).call('PATCH', `/users/${await idOf('gone')}`, { disabled: true })
  const took = (await Promise.all(ended)).map((ms) => Math.round(Number(ms) - sinceMs))
  console.log(`# ended after ${took.join(' and ')} ms`)
  for (const ms of took) assert.ok(ms < ENDED_MS, `${ms} ms`)
  assert.deepEqual(
    open.map(({ attached }) => attached),
    before,
  )
  for (const terminal of open) terminal.close()
  assert.equal(await refusal(there.call('GET', '/me')), 'not_signed_in')
  assert.equal(await refusal(new Api(api(B).url).signIn('gone')), 'bad_credentials')
})

test('a code is good once on both servers together, also in the same moment', async () => {
  const [tess] = await person('tess')
  assert.ok(tess)
  const begun = await tess.call<{ secret: string }>('POST', '/me/factor', {
    password: TEST_PASSWORD,
  })
  const totp = new TOTP({ secret: Secret.fromBase32(begun.secret) })
  const confirm = await tess.call<{ codes: string[] }>('POST', '/me/factor/confirm', {
    code: totp.generate(),
  })
  const signIn = (index: number, code: string) =>
    refusal(
      new Api(api(index).url).call('POST', '/session', {
        ...{ username: 'tess', password: TEST_PASSWORD, code },
      }),
    )
  const needed = () => refusal(new Api(api(B).url).signIn('tess'))
  await eventually(async () => (await needed()) === 'second_factor_needed', soon('the factor'))
  // The next step, which clocks a little ahead are let use.
  const next = totp.generate({ timestamp: Date.now() + 30_000 })
  assert.equal(await signIn(A, next), 'done')
  assert.equal(await signIn(B, next), 'second_factor_wrong')
  const [code = '', other = ''] = confirm.codes
  assert.equal(await signIn(B, code), 'done')
  assert.equal(await signIn(A, code), 'second_factor_wrong')
  const both = await Promise.all([signIn(A, other), signIn(B, other)])
  assert.ok(both.filter((outcome) => outcome === 'done').length <= 1, String(both))
  // Whoever has lost both is let in by an administrator, at any server.
  await api(B).call('DELETE', `/users/${await idOf('tess')}/factor`)
  for (const index of [A, B]) {
    assert.equal(await refusal(new Api(api(index).url).signIn('tess')), 'done')
  }
})

test('an invitation that is used at both servers in the same moment makes one account', async () => {
  const made = await api(A).call<{ token: string }>('POST', '/invitations', {})
  const opened = () =>
    new Api(api(B).url).call('POST', '/invitations/open', { token: made.token }).then(() => true)
  await eventually(opened, soon('the link at the other'))
  const accept = (index: number, username: string) =>
    refusal(
      new Api(api(index).url).call('POST', '/invitations/accept', {
        ...{ token: made.token, username, password: TEST_PASSWORD },
      }),
    )
  const outcomes = await Promise.all([accept(A, 'left'), accept(B, 'right')])
  assert.deepEqual(outcomes.toSorted(), ['done', 'invitation_wrong'])
  const names = async (index: number) =>
    (await api(index).users())
      .map(({ username }) => username)
      .filter((name) => /left|right/.test(name))
  for (const index of [A, B]) {
    await eventually(async () => (await names(index)).length === 1, soon('one account'))
  }
  assert.equal(await accept(B, 'late'), 'invitation_wrong')
})

test('a quota counts whoever starts it, at whichever server', async () => {
  const id = await idOf('mel')
  await api(A).call('PATCH', `/users/${id}`, { quota: { spaces: 1, running: 1 } })
  const more = () => refusal(owner(B).createSpace({ id: newId(), name: 'second', templateId }))
  await eventually(async () => (await more()) === 'quota_spaces', soon('the quota'))
  await api(A).call('PATCH', `/users/${id}`, { quota: { running: 0 } })
  const restart = () => refusal(api(B).act(spaceId, 'restart'))
  await eventually(async () => (await restart()) === 'quota_running', soon('the other quota'))
  await api(A).call('PATCH', `/users/${id}`, { quota: {} })
})

test('a token for less opens no more at the other server', async () => {
  const made = await owner(A).call<{ secret: string }>('POST', '/me/tokens', {
    ...{ name: 'reader', scopes: ['read'] },
  })
  const ask = async (method: string, path: string) => {
    const headers = { authorization: `Bearer ${made.secret}` }
    const answer = await fetch(`${api(B).url}/api/v1${path}`, { method, headers })
    const body = (await answer.json()) as { error?: { code: string } }
    return body.error?.code ?? 'done'
  }
  await eventually(async () => (await ask('GET', `/spaces/${spaceId}`)) === 'done', soon('it'))
  assert.equal(await ask('POST', `/spaces/${spaceId}/stop`), 'token_scope')
  assert.equal(await ask('GET', `/spaces/${spaceId}/files`), 'token_scope')
})

test('names that carry markup are data, and those of addresses are refused', async () => {
  const markup = '<img src=x onerror=alert(1)>'
  const self = await idOf('mel')
  await owner(A).call('PATCH', `/users/${self}`, { displayName: markup })
  const answer = await fetch(`${api(B).url}/api/v1/me`, { headers: { cookie: owner(B).cookie } })
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
  for (const name of [markup, 'a--b', '../x', 'xn--80ak6aa92e', newId(), 'a\nb', 'a"b', '%2e']) {
    const refused = await refusal(owner(A).createSpace({ id: newId(), name, templateId }))
    assert.equal(refused, 'name_invalid', name)
    assert.equal(await refusal(api(A).call('POST', '/groups', { name })), 'name_invalid', name)
  }
})

test('what another site’s page can send changes nothing', async () => {
  const { url, cookie } = owner(A)
  const path = `${url}/api/v1/spaces/${spaceId}/stop`
  const forms: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
    { origin: `${url}.evil.example`, 'sec-fetch-mode': 'no-cors' },
    {},
  ]
  for (const headers of forms) {
    const answer = await fetch(path, { method: 'POST', headers: { cookie, ...headers } })
    const { error } = (await answer.json()) as { error?: { code: string } }
    assert.equal(error?.code, 'bad_origin', JSON.stringify(headers))
  }
  assert.equal((await owner(A).space(spaceId)).state, 'running')
})

test('nobody who may not gets a template past the policy, and nobody at all a privileged one', async () => {
  const source = (more: string) => `name: Bad\nservices:\n  main:\n    image: debian\n    ${more}\n`
  const bad = [
    'privileged: true',
    'network_mode: host',
    'pid: host',
    'devices: ["/dev/sda:/dev/sda"]',
    'volumes: ["/var/run/docker.sock:/var/run/docker.sock"]',
    'volumes: ["/:/host"]',
    'volumes: ["../../etc:/etc"]',
    'cap_add: [SYS_ADMIN]',
  ]
  for (const more of bad) {
    const body = { source: source(more) }
    assert.equal(await refusal(owner(A).call('POST', '/templates', body)), 'forbidden', more)
    assert.equal(await refusal(api(A).call('POST', '/templates', body)), 'template_invalid', more)
  }
})

test('nobody learns by guessing which people, links and spaces there are', async () => {
  const nobody = new Api(api(A).url)
  const wrong = { password: 'not the password at all' }
  const unknown = await refusal(nobody.call('POST', '/session', { username: 'nobody', ...wrong }))
  const known = await refusal(nobody.call('POST', '/session', { username: 'mel', ...wrong }))
  assert.equal(unknown, known)
  const stranger = (await person('stranger'))[A] ?? assert.fail('nobody')
  for (const id of [spaceId, newId()]) {
    assert.equal(await refusal(stranger.space(id)), 'not_found')
    assert.equal(await refusal(stranger.act(id, 'stop')), 'not_found')
  }
  for (const token of ['', 'x', `${newId()}.${'a'.repeat(43)}`]) {
    const opened = await refusal(nobody.call('POST', '/invitations/open', { token }))
    assert.ok(opened === 'invitation_wrong' || opened === 'bad_request', String(opened))
  }
})
