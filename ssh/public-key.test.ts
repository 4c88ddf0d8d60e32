// Signatures that stock ssh-keygen makes are understood, whatever the kind of key; others are not.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { blob } from './packet.ts'
import { isSignedBy } from './public-key.ts'
import { knownRsaKey } from './testing/known-rsa.ts'
import { LocalSpace } from './testing/local-space.ts'
import { ended, OpenSsh } from './testing/openssh.ts'
import { TestServer } from './testing/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'skein-keys-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Answers the public half, as a line of an authorized_keys. */
function makeKey(path: string, type: string, bits: string): string {
  const keygen = (...words: string[]) => spawnSync('ssh-keygen', [...words, '-f', path])
  if (bits !== '4096') {
    keygen('-q', '-t', type, '-b', bits, '-N', '')
    return readFileSync(`${path}.pub`, 'utf8')
  }
  writeFileSync(path, knownRsaKey(), { mode: 0o600 })
  return keygen('-y').stdout.toString()
}

for (const [type, bits, algorithm] of [
  ['ed25519', '256', 'ssh-ed25519'],
  ['ecdsa', '256', 'ecdsa-sha2-nistp256'],
  ['ecdsa', '384', 'ecdsa-sha2-nistp384'],
  ['ecdsa', '521', 'ecdsa-sha2-nistp521'],
  ['rsa', '2048', 'rsa-sha2-512'],
  ['rsa', '4096', 'rsa-sha2-512'],
] as const) {
  test(`stock ssh logs in with ${type} of ${bits} bits`, async () => {
    const path = join(folder, `${type}-${bits}`)
    const [, text = ''] = makeKey(path, type, bits).trim().split(' ')
    const space = new LocalSpace()
    const server = await TestServer.start({
      authorise: async ({ credential, isProven }) => {
        assert.ok(credential.type === 'none' || credential.algorithm === algorithm)
        const isIt = credential.type === 'publickey' && credential.blob.toString('base64') === text
        return isIt || isProven ? space : (await import('#protocol/errors.ts')).toSkeinError(0)
      },
    })
    const client = new OpenSsh(server)
    try {
      const child = client.start('ssh', ['-i', path, 'me@127.0.0.1', 'exit 3'])
      const { status, stderr } = await ended(child)
      assert.equal(status, 3, stderr)
    } finally {
      client.close()
      space.close()
      await server.close()
    }
  })
}

const ed25519 = generateKeyPairSync('ed25519')
const point = Buffer.from(ed25519.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
const data = Buffer.from('what is signed')

test('a security key’s signature counts when it was touched, and only for its application', () => {
  const algorithm = 'sk-ssh-ed25519@openssh.com'
  const key = { algorithm, blob: blob(algorithm, point, 'ssh:') }
  const hash = (text: string | Buffer) => createHash('sha256').update(text).digest()
  const signature = (flags: number, application = 'ssh:') => {
    const tail = Buffer.of(flags, 0, 0, 0, 9)
    const message = Buffer.concat([hash(application), tail, hash(data)])
    return Buffer.concat([blob(algorithm, sign(null, message, ed25519.privateKey)), tail])
  }
  assert.equal(isSignedBy(key, data, signature(1)), true)
  assert.equal(isSignedBy(key, data, signature(0)), false)
  assert.equal(isSignedBy(key, data, signature(1, 'ssh:other')), false)
})

test('keys of the wrong size are refused whatever they sign', () => {
  const tiny = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const { n = '', e = '' } = tiny.publicKey.export({ format: 'jwk' })
  const rsa = (exponent: Buffer) => ({
    algorithm: 'rsa-sha2-256',
    blob: blob('ssh-rsa', exponent, Buffer.from(n, 'base64url')),
  })
  const signature = blob('rsa-sha2-256', sign('sha256', data, tiny.privateKey))
  assert.equal(isSignedBy(rsa(Buffer.from(e, 'base64url')), data, signature), false)
  assert.equal(isSignedBy(rsa(Buffer.alloc(256, 255)), data, signature), false)
  const right = blob('ssh-ed25519', sign(null, data, ed25519.privateKey))
  const of = (bytes: Buffer) => ({ algorithm: 'ssh-ed25519', blob: blob('ssh-ed25519', bytes) })
  assert.equal(isSignedBy(of(point), data, right), true)
  assert.equal(isSignedBy(of(point.subarray(1)), data, right), false)
  assert.equal(isSignedBy(of(Buffer.concat([point, point])), data, right), false)
})

test('old signatures with SHA-1 and other kinds of key are refused', () => {
  for (const algorithm of ['ssh-rsa', 'ssh-dss', 'ssh-ed25519-cert-v01@openssh.com', '']) {
    const key = { algorithm, blob: blob(algorithm, point) }
    assert.equal(isSignedBy(key, data, blob(algorithm, Buffer.alloc(64))), false)
  }
})
