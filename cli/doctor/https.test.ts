import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { systemClock as clock, systemRandom as random } from '../../server/clock.ts'
import { OwnPair } from '../../server/tls/own-pair.ts'
import { tlsFolder } from '../../server/tls/tls.ts'
import { TestAuthority } from '../../tests/support/certificates.ts'
import { type Certified, checkCertificate } from './certificate.ts'
import type { Finding } from './finding.ts'
import { checkExposure } from './network.ts'
import { checkAppsDomain, checkPublicUrl } from './public.ts'

const folder = mkdtempSync(join(tmpdir(), 'skein-doctor-'))
after(() => rmSync(folder, { recursive: true }))

const DAY_MS = 24 * 60 * 60 * 1000
const nowMs = Date.now()
const authority = new TestAuthority(nowMs)
const [tlsCert, tlsKey] = [join(folder, 'tls.crt'), join(folder, 'tls.key')]
const files: Certified = {
  data: folder,
  tls: 'off',
  tlsCert,
  tlsKey,
  publicUrl: 'https://skein.example.com',
}

function put(names: readonly string[], days: number): void {
  const { cert, key } = authority.issue(names, { nowMs, days })
  writeFileSync(tlsCert, cert)
  writeFileSync(tlsKey, key)
}

const told = (findings: readonly Finding[]) =>
  findings.map(({ check, level, message }) => `${check} ${level}: ${message}`).join('\n')

test('a certificate is judged by its dates and names', async () => {
  put(['skein.example.com', '*.apps.example.com'], 60)
  const good = await checkCertificate({ ...files, appsDomain: 'apps.example.com' }, nowMs)
  assert.match(told(good), /^certificate ok: skein\.example\.com until \d{4}-\d\d-\d\d$/)
  assert.match(told(await checkCertificate(files, nowMs + 50 * DAY_MS)), /^certificate warn/)
  assert.match(told(await checkCertificate(files, nowMs + 61 * DAY_MS)), /fail: .*has expired/)
  put(['other.example.com'], 60)
  const other = told(await checkCertificate({ ...files, appsDomain: 'apps.example.com' }, nowMs))
  assert.match(other, /fail: it has not the name skein\.example\.com/)
  assert.match(other, /warn: it has not the name \*\.apps\.example\.com/)
})

test('files that are none, and no TLS at all', async () => {
  writeFileSync(tlsKey, 'hello')
  assert.match(told(await checkCertificate(files, nowMs)), /certificate fail: .*key is not PEM/)
  const missing = await checkCertificate({ ...files, tlsKey: join(folder, 'none') }, nowMs)
  assert.match(told(missing), /certificate fail: .*ENOENT/)
  const none = { ...files, tlsCert: undefined, tlsKey: undefined }
  assert.deepEqual(await checkCertificate(none, nowMs), [])
  assert.equal(checkExposure({ host: '0.0.0.0', port: 1 }, undefined, 'self').level, 'ok')
})

test('the own authority, and a public URL that it signs for', async () => {
  const self: Certified = {
    data: folder,
    tls: 'self',
    tlsCert: undefined,
    tlsKey: undefined,
    publicUrl: undefined,
  }
  assert.match(told(await checkCertificate(self, nowMs)), /authority ok: .* will be made/)
  const names = () => ['localhost']
  const own = await OwnPair.open({ folder: tlsFolder(folder), peerName: 'a', names, clock, random })
  assert.match(told(await checkCertificate(self, nowMs)), /authority ok: .* until/)
  assert.match(told(await checkCertificate(self, nowMs + 3400 * DAY_MS)), /authority warn/)

  let isSkein = true
  const server = createServer(own.pair, (_, response) => {
    response.writeHead(200, isSkein ? { 'skein-peer': 'a' } : {}).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const publicUrl = `https://localhost:${(server.address() as AddressInfo).port}`
  const check = async (tls: 'self' | 'off') =>
    told(await checkPublicUrl({ publicUrl, tls, data: folder }))
  assert.match(
    await check('self'),
    /^public url ok: GET https:\/\/localhost:\d+\/healthz answered 200$/,
  )
  assert.match(await check('off'), /^public url warn: GET .* failed \(\w+\)$/)
  isSkein = false
  assert.match(await check('self'), /warn: .* not as Skein does/)
  server.close()
  assert.match(await check('self'), /failed \(ECONNREFUSED\)/)
  assert.deepEqual(await checkPublicUrl({ publicUrl: undefined, tls: 'off', data: folder }), [])
})

test('a name below the apps domain leads somewhere, or not', async () => {
  assert.deepEqual(await checkAppsDomain({ publicUrl: undefined }), [])
  const lost = told(await checkAppsDomain({ publicUrl: undefined, appsDomain: 'apps.invalid' }))
  assert.match(lost, /^apps domain warn: 8080--space--user\.apps\.invalid leads nowhere \(\w+\)$/)
})
