// Real peers that come back in odd ways: after every deletion was forgotten, from an old backup, from a copied folder, with a
// clock that is a day ahead, as an earlier version. Each has the same records as the others soon after, nothing that was
// deleted is back, and the list of peers tells what happened.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { PeerEvent, PeerInfo } from '#protocol/api/peers.ts'
import { newId } from '#protocol/ids.ts'
import { Api, TEST_PASSWORD } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { FORMER_VERSION, formerCheckout } from '../support/former.ts'
import { differenceOf, haveSameRecords, tombstonesIn } from '../support/same-records.ts'
import { freePath, Skein, type SkeinOptions } from '../support/skein.ts'

const BIN = new URL('../../cli/bin.js', import.meta.url).pathname
const CLOCK = new URL('../support/skewed-clock.ts', import.meta.url).href
const DAY_MS = 24 * 3_600_000
/** A peer looks every ten seconds at what it may forget. */
const PURGED = { timeoutMs: 60_000, what: 'deletions that are forgotten' }
const soon = (what: string) => ({ timeoutMs: 30_000, what })

const peers: Skein[] = []
const clockFile = freePath('clock')
let [a, b, c]: Skein[] = []
let cookie = ''

function all(): [Skein, Skein, Skein] {
  assert.ok(a && b && c)
  return [a, b, c]
}

const skein = (...argv: string[]): string =>
  execFileSync(process.execPath, [BIN, ...argv], { stdio: ['ignore', 'pipe', 'ignore'] })
    .toString()
    .trim()

/** Cookies go by host name, and here all peers have the same. */
function at(peer: Skein): Api {
  const api = new Api(peer.url, peer)
  api.cookie = cookie
  return api
}

/** So that deletions are forgotten while the test watches; an earlier version has no such setting. */
const FORGETFUL = ['--tombstone-seconds', '2']

async function startPeer(name: string, options: SkeinOptions = { flags: FORGETFUL }) {
  const join = a ? ['--join', skein('peers', 'token', '--data', a.data)] : []
  const own = ['--name', name, '--docker', freePath('no-engine.sock'), ...join]
  const flags = [...own, ...(options.flags ?? [])]
  const { skein: peer } = await Skein.start({ bare: true, ...options, flags })
  peers.push(peer)
  return peer
}

async function makeUser(skein: Skein, username: string): Promise<string> {
  const id = newId<'user'>()
  const body = { id, username, displayName: '', role: 'member', password: TEST_PASSWORD }
  await at(skein).call('POST', '/users', body)
  return id
}

const namesAt = async (skein: Skein): Promise<string[]> =>
  (await at(skein).users()).map(({ username }) => username)

const displayNameAt = async (skein: Skein, id: string): Promise<string | undefined> =>
  (await at(skein).users()).find((user) => user.id === id)?.displayName

async function seen(by: Skein, name: string): Promise<PeerInfo> {
  const { peers: list } = await at(by).call<{ peers: PeerInfo[] }>('GET', '/peers')
  const peer = list.find((one) => one.name === name && one.state !== 'left')
  assert.ok(peer, `${name} in ${JSON.stringify(list)}`)
  return peer
}

type Told<W extends PeerEvent['what']> = Extract<PeerEvent, { what: W }>

/** The newest of that kind since a time, as one of the peers tells it. */
async function told<W extends PeerEvent['what']>(
  name: string,
  what: W,
  sinceMs: number,
  { by = all()[0], is = (_: Told<W>): boolean => true } = {},
): Promise<Told<W>> {
  const find = async () =>
    (await seen(by, name)).story.find(
      (event): event is Told<W> =>
        event.what === what && Date.parse(event.at) >= sinceMs && is(event as Told<W>),
    )
  return await eventually(find, soon(`${what} of ${name}`)).catch(async (error) => {
    throw new Error(JSON.stringify(await seen(by, name), undefined, 1), { cause: error })
  })
}

async function becomeEqual(...skeins: readonly Skein[]): Promise<void> {
  const folders = skeins.map(({ data }) => data)
  await eventually(() => haveSameRecords(folders), soon('the same records')).catch((error) => {
    const [first = '', ...others] = folders
    throw new Error(others.flatMap((other) => differenceOf(first, other)).join('\n'), {
      cause: error,
    })
  })
}

/** kill −9 of supervisor and peer: it says goodbye to nobody. */
async function crash(skein: Skein): Promise<void> {
  const pid = skein.peerPid
  await skein.killSupervisor()
  process.kill(pid, 'SIGKILL')
}

before(async () => {
  a = await startPeer('a')
  const env = { NODE_OPTIONS: `--import=${CLOCK}`, TEST_CLOCK_FILE: clockFile }
  b = await startPeer('b', { env, flags: FORGETFUL })
  c = await startPeer('c')
  const api = new Api(a.url)
  await api.setUp(await a.setupToken())
  cookie = api.cookie
  await becomeEqual(...all())
})

after(async () => {
  await Promise.all(peers.map((peer) => peer.close()))
  rmSync(clockFile, { force: true })
})

test('a peer that was away until every deletion was forgotten compares, and brings nothing back', async () => {
  const [a, b, c] = all()
  const gone = await Promise.all(['gone-1', 'gone-2'].map((name) => makeUser(c, name)))
  await makeUser(c, 'stays')
  await becomeEqual(a, b, c)
  const sinceMs = Date.now()
  await crash(c)
  for (const id of gone) await at(a).call('DELETE', `/users/${id}`)
  await makeUser(b, 'made-meanwhile')
  await eventually(() => tombstonesIn(a.data) + tombstonesIn(b.data) === 0, PURGED)
  await c.startSupervisor()
  await becomeEqual(a, b, c)
  for (const peer of all()) {
    const names = await namesAt(peer)
    assert.deepEqual(
      names.filter((name) => name.startsWith('gone')),
      [],
    )
    assert.ok(names.includes('made-meanwhile') && names.includes('stays'))
  }
  const event = await told('c', 'returned', sinceMs)
  assert.ok(event.isCompared)
  assert.ok(event.deleted >= 2 && event.changed >= 1, JSON.stringify(event))
  assert.ok(event.awayMs > 2000 && event.awayMs < Date.now() - sinceMs + 10_000)
  const there = await told('c', 'returned', sinceMs, { by: c })
  assert.deepEqual(there, event)
  await told('c', 'state', sinceMs, { is: (event) => event.is === 'unreachable' })
  await told('c', 'state', sinceMs, { is: (event) => event.is === 'alive' })
})

test('a peer that is restored from an old backup takes a new origin, and what it missed', async () => {
  const [a, b, c] = all()
  const file = freePath('old.backup')
  const dropped = await makeUser(b, 'dropped')
  skein('backup', file, '--data', b.data)
  await makeUser(b, 'since-the-backup')
  await becomeEqual(a, b, c)
  await at(a).call('DELETE', `/users/${dropped}`)
  const { origin } = await seen(a, 'b')
  const sinceMs = Date.now()
  await b.end()
  skein('restore', file, '--data', b.data, '--force')
  rmSync(file)
  await b.startSupervisor()
  await becomeEqual(a, b, c)
  const names = await namesAt(b)
  assert.ok(names.includes('since-the-backup') && !names.includes('dropped'))
  const event = await told('b', 'restored', sinceMs)
  assert.ok(Date.parse(event.takenAt) < sinceMs)
  await eventually(async () => (await seen(a, 'b')).origin !== origin, soon('a new origin'))
  await makeUser(b, 'after-the-restore')
  await becomeEqual(a, b, c)
})

test('a data folder that is put back by hand writes no more, says so, and is mended by a restore', async () => {
  const [a, b, c] = all()
  const [copy, file] = [freePath('copy'), freePath('whole.backup')]
  await makeUser(c, 'before-the-copy')
  skein('backup', file, '--data', c.data)
  await c.end()
  cpSync(c.data, copy, { recursive: true })
  await c.startSupervisor()
  for (const name of ['x', 'y', 'z']) await makeUser(c, `after-the-copy-${name}`)
  await becomeEqual(a, b, c)
  await c.end()
  const sinceMs = Date.now()
  rmSync(c.data, { recursive: true })
  cpSync(copy, c.data, { recursive: true })
  await c.startSupervisor()
  const refused = () =>
    makeUser(c, `lost-${Date.now()}`).then(
      () => undefined,
      (error: { code?: string }) => error.code,
    )
  await eventually(async () => (await refused()) === 'store_rolled_back', soon('a refusal'))
  for (const by of [a, b, c]) {
    await eventually(async () => (await seen(by, 'c')).isRolledBack, soon('its own word'))
  }
  await told('c', 'rolled-back', sinceMs)
  assert.throws(() => skein('backup', freePath('no.backup'), '--data', c.data))
  await c.killPeer()
  assert.equal(await refused(), 'store_rolled_back')
  await c.end()
  skein('restore', file, '--data', c.data, '--force')
  await c.startSupervisor()
  await becomeEqual(a, b, c)
  assert.ok((await namesAt(c)).includes('after-the-copy-z'))
  await eventually(async () => !(await seen(a, 'c')).isRolledBack, soon('no more of it'))
  for (const path of [copy, file]) rmSync(path, { recursive: true, force: true })
})

test('what a peer writes whose clock is a day ahead waits; what others write over it is seen at once', async () => {
  const [a, b, c] = all()
  const [overwritten, left] = [await makeUser(a, 'overwritten'), await makeUser(a, 'left-alone')]
  await becomeEqual(a, b, c)
  const sinceMs = Date.now()
  writeFileSync(clockFile, String(DAY_MS))
  const isOff = async (by: Skein, name: string) => {
    const { clock } = await seen(by, name)
    return clock && Math.abs(clock.aheadMs - DAY_MS) < 60_000 && clock.among === 3
  }
  for (const by of [a, b, c]) await eventually(() => isOff(by, 'b'), soon(`b’s clock at ${by.url}`))
  assert.equal((await seen(b, 'a')).clock, undefined)
  for (const id of [overwritten, left]) {
    await at(b).call('PATCH', `/users/${id}`, { displayName: 'of tomorrow' })
  }
  await becomeEqual(a, b, c)
  const { heldBack = 0 } = await seen(a, 'b')
  assert.ok(heldBack >= 2, String(heldBack))
  for (const by of [a, c]) assert.equal(await displayNameAt(by, left), '')
  await at(c).call('PATCH', `/users/${overwritten}`, { displayName: 'of today' })
  for (const by of [a, b, c]) {
    await eventually(async () => (await displayNameAt(by, overwritten)) === 'of today', soon('it'))
  }
  const event = await told('b', 'clock', sinceMs)
  assert.ok(Math.abs(event.aheadMs - DAY_MS) < 60_000)
})

test('once its clock is right again, what it writes is seen at once', async () => {
  const [a, b, c] = all()
  const id = await makeUser(a, 'mended')
  await becomeEqual(a, b, c)
  const sinceMs = Date.now()
  writeFileSync(clockFile, '0')
  await told('b', 'clock', sinceMs, { is: ({ aheadMs }) => aheadMs === 0 })
  await at(b).call('PATCH', `/users/${id}`, { displayName: 'in time' })
  for (const by of [a, c]) {
    await eventually(async () => (await displayNameAt(by, id)) === 'in time', soon('its value'))
  }
  await becomeEqual(a, b, c)
})

test('a peer of an earlier version has the same records, is said to be older, and is upgraded where it is', async (t) => {
  const [a, b, c] = all()
  const former = formerCheckout()
  t.after(() => former.remove())
  t.diagnostic(`the earlier version: ${former.origin}`)
  const d = await startPeer('d', { bin: former.bin })
  await becomeEqual(a, b, c, d)
  await makeUser(d, 'of-the-former')
  await makeUser(a, 'of-this-one')
  await becomeEqual(a, b, c, d)
  const { age, version } = await seen(a, 'd')
  assert.deepEqual([age, version], ['older', FORMER_VERSION])
  const sinceMs = Date.now()
  await d.upgrade()
  await becomeEqual(a, b, c, d)
  const event = await told('d', 'version', sinceMs)
  assert.equal(event.was, FORMER_VERSION)
  await eventually(async () => (await seen(a, 'd')).age === undefined, soon('the same version'))
  const names = await namesAt(d)
  assert.ok(names.includes('of-the-former') && names.includes('of-this-one'))
})
