// Host keys: those that we make and those that ssh-keygen makes can be read, and are shown as ssh-keygen shows them.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { amount } from '../tests/support/amount.ts'
import { hostKeysByAlgorithm, hostPublicKey, newHostKey } from './host-key.ts'

/** One in 250 of ssh2's own cannot be read. */
const KEYS = amount({ usual: 500, whole: 1000 })

test('every new host key can be read', () => {
  for (let i = 0; i < KEYS; i++) assert.match(hostPublicKey(newHostKey()), /^ssh-ed25519 AAAA/)
})

test('the keys of ssh-keygen are read, and ed25519 comes first', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-keys-'))
  const make = (type: string, bits: string) => {
    const path = join(folder, type)
    execFileSync('ssh-keygen', ['-q', '-t', type, '-b', bits, '-N', '', '-f', path])
    const text = readFileSync(path, 'utf8')
    const [kind, key] = readFileSync(`${path}.pub`, 'utf8').split(' ')
    assert.equal(hostPublicKey(text), `${kind} ${key}`)
    return text
  }
  const texts = [make('rsa', '2048'), make('ecdsa', '256'), make('ed25519', '256')]
  const want = ['ssh-ed25519', 'rsa-sha2-512', 'rsa-sha2-256', 'ecdsa-sha2-nistp256']
  assert.deepEqual(Object.keys(hostKeysByAlgorithm(texts)), want)
  rmSync(folder, { recursive: true })
})

test('what is no private key is refused', () => {
  for (const text of [
    '',
    'secret',
    '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
  ]) {
    assert.throws(() => hostPublicKey(text))
  }
})
