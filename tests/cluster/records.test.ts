// Three real peers on one machine, each with a database of its own: what one writes is on all, who logs in at one is known
// at all, and who is signed out at one is out at all.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { newId } from '#protocol/ids.ts'
import { Api, TEST_PASSWORD } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { freePath, Skein } from '../support/skein.ts'

const BIN = new URL('../../cli/bin.js', import.meta.url).pathname
const soon = (what: string) => ({ timeoutMs: 10_000, what })
/** What the documents promise for peers that can be reached, ms; the loaded machines of tests get more. */
const REVOKED_MS = process.env.SKEIN_TEST_TIMED === undefined ? 5000 : 100

const peers: Skein[] = []
const skein = (...argv: string[]): string =>
  execFileSync(process.execPath, [BIN, ...argv])
    .toString()
    .trim()
const tokenOf = ({ data }: Skein): string => skein('peers', 'token', '--data', data)

async function startPeer(...flags: string[]): Promise<Skein> {
  const { skein: peer } = await Skein.start({ bare: true, flags })
  peers.push(peer)
  return peer
}

/** The same browser at another peer: cookies go by host name, and here all have the same. */
function at(skein: Skein, { cookie }: Api): Api {
  const api = new Api(skein.url)
  api.cookie = cookie
  return api
}

let [a, b, c]: Skein[] = []
let setupToken = ''
const all = () => [a, b, c].filter((skein) => skein !== undefined)

before(async () => {
  a = await startPeer('--name', 'a')
  setupToken = await a.setupToken()
  const token = tokenOf(a)
  b = await startPeer('--name', 'b', '--join', token)
  c = await startPeer('--name', 'c', '--join', token)
})

after(async () => {
  await Promise.all(peers.map((skein) => skein.close()))
})

const known = (skein: Skein, api: Api) =>
  at(skein, api)
    .call('GET', '/me')
    .then(
      () => true,
      () => false,
    )

test('who joins shows no set-up page of its own', () => {
  assert.ok(a && b && c)
  for (const joined of [b, c]) {
    assert.ok(
      !joined.output.some((line) => line.includes('/setup#token=')),
      joined.output.join('\n'),
    )
  }
})

test('two set-ups at once on two peers make one administrator, and the other is told', async () => {
  assert.ok(a && b && c)
  const finish = (skein: Skein, username: string) => {
    const api = new Api(skein.url)
    return api
      .call('POST', '/setup', { token: setupToken, username, password: TEST_PASSWORD })
      .then(
        () => 'done',
        (error: unknown) => (error as { code?: string }).code,
      )
  }
  const outcomes = await Promise.all([finish(a, 'ada'), finish(b, 'bob')])
  const winner = outcomes[0] === 'done' ? 'ada' : 'bob'
  assert.deepEqual(outcomes.toSorted(), ['done', 'setup_done'])
  for (const skein of all()) {
    const api = new Api(skein.url)
    await eventually(() => api.signIn(winner).then(() => true), soon('the administrator'))
    await eventually(async () => (await api.users()).length === 1, soon('nobody else'))
    const [user] = await api.users()
    assert.deepEqual([user?.username, user?.role], [winner, 'administrator'])
  }
})

async function administrator(skein: Skein): Promise<Api> {
  const api = new Api(skein.url)
  await api.signIn('ada').catch(() => api.signIn('bob'))
  return api
}

test('what is written at one is seen at all', async () => {
  assert.ok(a && b && c)
  for (const [i, skein] of all().entries()) {
    const api = await administrator(skein)
    const id = newId<'user'>()
    const username = `person-${i}`
    const body = { id, username, displayName: '', role: 'member', password: TEST_PASSWORD }
    await api.call('POST', '/users', body)
    for (const other of all()) {
      const seen = async () => (await at(other, api).users()).some((user) => user.id === id)
      await eventually(seen, soon(`${username} everywhere`))
    }
  }
})

test('who logs in at one is signed in at all at once, and who is signed out is out at all', async (t) => {
  assert.ok(a && b && c)
  for (const skein of all()) {
    const api = await administrator(skein)
    for (const other of all()) assert.ok(await known(other, api))
    const out = at(skein, api)
    const answer = await fetch(`${skein.url}/api/v1/session`, {
      method: 'DELETE',
      headers: { origin: skein.url, cookie: out.cookie },
    })
    assert.equal(answer.status, 204)
    assert.equal(answer.headers.get('skein-received'), '2/2')
    const began = performance.now()
    for (const other of all()) {
      await eventually(async () => !(await known(other, api)), soon('refused everywhere'))
    }
    const tookMs = performance.now() - began
    t.diagnostic(`refused everywhere after ${tookMs.toFixed(1)} ms`)
    assert.ok(tookMs < REVOKED_MS, `${tookMs} ms`)
  }
})

test('what was written while a peer was away is there when it is back', async () => {
  assert.ok(a && b && c)
  const api = await administrator(a)
  const restarted = c.killPeer()
  const id = newId<'user'>()
  const body = {
    id,
    username: 'meanwhile',
    displayName: '',
    role: 'member',
    password: TEST_PASSWORD,
  }
  await api.call('POST', '/users', body)
  await restarted
  const back = c
  const seen = async () => (await at(back, api).users()).some((user) => user.id === id)
  await eventually(seen, { timeoutMs: 30_000, what: 'what was written meanwhile' })
})

test('the first of all, which was told of nobody, finds the others again after it has left', async () => {
  assert.ok(a && b && c)
  await a.end()
  await a.startSupervisor()
  const api = await administrator(b)
  const known = async () => {
    const { peers } = await api.call<{ peers: PeerInfo[] }>('GET', '/peers')
    return peers.every(({ state }) => state === 'alive')
  }
  await eventually(known, soon('all three to be there'))
})

test('a peer that is restored from an old backup takes what it has missed, and brings nothing back', async () => {
  assert.ok(a && b && c)
  const file = freePath('old.backup')
  skein('backup', file, '--data', b.data)
  const api = await administrator(a)
  const [old] = (await api.users()).filter(({ role }) => role === 'member')
  await api.call('DELETE', `/users/${old?.id}`)
  const id = newId<'user'>()
  const body = { id, username: 'since', displayName: '', role: 'member', password: TEST_PASSWORD }
  await api.call('POST', '/users', body)
  await b.end()
  skein('restore', file, '--data', b.data, '--force')
  rmSync(file)
  await b.startSupervisor()
  const restored = at(b, api)
  const names = async () => (await restored.users()).map((user) => user.id)
  await eventually(async () => (await names()).includes(id), soon('what was written since'))
  assert.ok(!(await names()).includes(old?.id ?? ''))
  const own = newId<'user'>()
  await restored.call('POST', '/users', { ...body, id: own, username: 'restored' })
  for (const other of all()) {
    const users = async () => (await at(other, api).users()).map((user) => user.id)
    await eventually(async () => (await users()).includes(own), soon('what it writes now'))
    assert.ok(!(await users()).includes(old?.id ?? ''))
  }
})

test('one of them drives the engine, and a space that is made at another runs there once', async () => {
  assert.ok(a && b && c)
  const api = await administrator(c)
  const template = await api.createTemplate(TEMPLATE)
  const id = newId<'space'>()
  await api.createSpace({ id, name: 'anywhere', templateId: template.id })
  await api.until(id, 'running')
  for (const other of all()) {
    const ready = async () => (await at(other, api).space(id)).state === 'running'
    await eventually(ready, soon('it runs for all'))
  }
  assert.equal(containersOf(id).length, 1)
  await api.deleteSpaces()
})

test('when the peer that drives the engine ends, another takes its spaces over as they are', async () => {
  assert.ok(a && b && c)
  const api = await administrator(c)
  const [template] = await api.templates()
  const id = newId<'space'>()
  await api.createSpace({ id, name: 'goes-on', templateId: template?.id ?? newId<'template'>() })
  await api.until(id, 'running')
  const before = containersOf(id)
  await a.close()
  peers.splice(peers.indexOf(a), 1)
  await api.act(id, 'stop')
  await api.until(id, 'stopped', 30_000)
  await api.act(id, 'start')
  await api.until(id, 'running')
  assert.equal(containersOf(id).length, before.length)
  await api.deleteSpaces()
})

function containersOf(id: string): string[] {
  const filter = ['--filter', `label=dev.skein.space=${id}`]
  const output = execFileSync('docker', ['ps', '-q', ...filter])
    .toString()
    .trim()
  return output.split('\n')
}

const TEMPLATE = `name: anywhere
main: main
services:
  main:
    image: skein/debian-test:1
`
