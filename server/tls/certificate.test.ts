import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import tls from 'node:tls'
import { systemRandom } from '../clock.ts'
import { authorityCertificate, leafCertificate } from './certificate.ts'
import { integer, oid, time } from './der.ts'

const folder = mkdtempSync(join(tmpdir(), 'skein-certificate-'))
after(() => rmSync(folder, { recursive: true }))

const DAY_MS = 24 * 60 * 60 * 1000
const freshKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const lifetime = { fromMs: Date.now() - DAY_MS, untilMs: Date.now() + 30 * DAY_MS }
const issuer = { commonName: 'Skein authority of “geese”', key: freshKey() }
const authority = authorityCertificate({ ...issuer, ...lifetime, serial: systemRandom(16) })
const names = ['skein.example.test', '*.apps.example.test', '127.0.0.1', '::1', '2001:db8::5:0:9']

function leaf(change: Partial<Parameters<typeof leafCertificate>[0]> = {}) {
  const key = freshKey()
  const serial = systemRandom(16)
  const cert = leafCertificate({ serial, issuer, key, names, ...lifetime, ...change })
  return { cert, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

test('openssl takes the certificates for what they are', () => {
  writeFileSync(join(folder, 'ca.pem'), authority)
  writeFileSync(join(folder, 'leaf.pem'), leaf().cert)
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder }).toString()
  const strict = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', 'ca.pem']
  assert.match(openssl(...strict, 'leaf.pem'), /leaf\.pem: OK/)
  const shown = openssl('x509', '-in', 'leaf.pem', '-noout', '-text')
  assert.match(shown, /DNS:skein\.example\.test, DNS:\*\.apps\.example\.test, IP Address:127\.0/)
  assert.match(shown, /IP Address:2001:DB8:0:0:0:5:0:9/)
  assert.match(openssl('x509', '-in', 'ca.pem', '-noout', '-text'), /CA:TRUE, pathlen:0/)
})

test('a client that trusts the authority connects by each name, and by no other', async () => {
  const server = tls.createServer(leaf(), (socket) => socket.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const verified = async (servername: string): Promise<boolean> => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca: authority, servername })
    const isGood = once(socket, 'secureConnect').then(() => true)
    const result = await isGood.catch(() => false)
    socket.destroy()
    return result
  }
  assert.equal(await verified('skein.example.test'), true)
  assert.equal(await verified('8080--box--ada.apps.example.test'), true)
  assert.equal(await verified('a.b.apps.example.test'), false)
  assert.equal(await verified('evil.example.test'), false)
  server.close()
})

test('Node reads the addresses, the dates and the issuer back', () => {
  const certificate = new X509Certificate(leaf().cert)
  assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1')
  assert.equal(certificate.checkIP('::1'), '::1')
  assert.equal(certificate.checkIP('2001:db8::5:0:9'), '2001:db8::5:0:9')
  assert.equal(certificate.checkIP('127.0.0.2'), undefined)
  assert.equal(Date.parse(certificate.validTo), Math.floor(lifetime.untilMs / 1000) * 1000)
  assert.equal(certificate.checkIssued(new X509Certificate(authority)), true)
})

test('numbers, object names and times are encoded as the standard has them', () => {
  assert.equal(integer(Buffer.from([0x00, 0x80])).toString('hex'), '02020080')
  assert.equal(integer(Buffer.from([0, 0])).toString('hex'), '020100')
  assert.equal(oid('1.2.840.10045.4.3.2').toString('hex'), '06082a8648ce3d040302')
  assert.equal(
    time(Date.UTC(2049, 11, 31))
      .subarray(2)
      .toString(),
    '491231000000Z',
  )
  assert.equal(
    time(Date.UTC(2050, 0, 1))
      .subarray(2)
      .toString(),
    '20500101000000Z',
  )
})
