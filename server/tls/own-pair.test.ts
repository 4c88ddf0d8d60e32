import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { TestClock } from '../../tests/support/clock.ts'
import { systemRandom as random } from '../clock.ts'
import { LEAF_MS, OwnPair, RENEW_BEFORE_MS } from './own-pair.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-own-'))
after(() => rmSync(root, { recursive: true }))

const DAY_MS = 24 * 60 * 60 * 1000
let folder: string
let clock: TestClock
let names: string[]
let count = 0
beforeEach(() => {
  folder = join(root, String(++count))
  clock = new TestClock()
  names = ['skein.lan', '127.0.0.1']
})

const open = (peerName = 'geese “north”') =>
  OwnPair.open({ folder, peerName, names: () => names, clock, random })

test('authority and certificate are made once and found again', async () => {
  const first = await open()
  const second = await open()
  assert.equal(second.authority.fingerprint, first.authority.fingerprint)
  assert.equal(second.pair.cert, first.pair.cert)
  assert.match(first.authority.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
})

test('the authority is shown behind the certificate, so that its fingerprint can be compared', async () => {
  const { pair, authority } = await open()
  assert.ok(pair.cert.endsWith(authority.pem))
  assert.equal(new X509Certificate(pair.cert).ca, false)
})

test('nobody else can read what is secret, also after a restore that left it open', async () => {
  await open()
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644)
  await open()
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  for (const name of ['authority.key', 'server.pem']) {
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
  }
})

test('the certificate is the authority’s, has the names, and lives no longer than browsers take', async () => {
  const { pair, authority } = await open()
  const [leaf, issuer] = [new X509Certificate(pair.cert), new X509Certificate(authority.pem)]
  assert.equal(leaf.checkIssued(issuer), true)
  assert.equal(leaf.verify(issuer.publicKey), true)
  assert.deepEqual(pair.names, names)
  assert.equal(pair.untilMs - pair.fromMs, LEAF_MS)
  assert.ok(LEAF_MS <= 397 * DAY_MS)
})

test('it is renewed before it expires, under the same authority', async () => {
  const own = await open()
  const { cert, untilMs } = own.pair
  assert.equal(await own.refresh(), false)
  await clock.advance(untilMs - RENEW_BEFORE_MS - clock.nowMs() + 1000)
  assert.equal(await own.refresh(), true)
  assert.notEqual(own.pair.cert, cert)
  assert.ok(own.pair.untilMs > untilMs)
  const issuer = new X509Certificate(own.authority.pem)
  assert.equal(new X509Certificate(own.pair.cert).checkIssued(issuer), true)
  assert.equal((await open()).pair.cert, own.pair.cert)
})

test('a name that came is a reason for a new certificate, one that went is none', async () => {
  const own = await open()
  names = ['skein.lan']
  assert.equal(await own.refresh(), false)
  names = ['skein.lan', 'other.lan']
  assert.equal(await own.refresh(), true)
  assert.deepEqual(own.pair.names, names)
})

test('a broken certificate is made anew; a broken authority is refused, since others trust it', async () => {
  const { authority } = await open()
  writeFileSync(join(folder, 'server.pem'), 'half')
  assert.equal((await open()).authority.fingerprint, authority.fingerprint)
  writeFileSync(join(folder, 'authority.key'), authority.pem)
  const isRefused = (error: unknown) => error instanceof SkeinError && error.code === 'tls_invalid'
  await assert.rejects(open(), isRefused)
})
