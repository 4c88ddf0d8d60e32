import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { World } from '../../tests/support/http/world.ts'
import { showSsh } from './ssh.ts'

const hostKeys = [{ algorithm: 'ssh-ed25519', fingerprint: 'SHA256:x', line: 'ssh-ed25519 AAAA' }]
const common = { insecureHttp: false, trustedProxies: [], peer: { id: 'p', name: '', version: '' } }
const at = (host: string, publicUrl?: string) => ({
  ...common,
  ...(publicUrl && { publicUrl }),
  ssh: () => ({ host, port: 2222, hostKeys }),
})

test('ssh is found by its own address, else by the public name, else by the name that the caller used', () => {
  const shown = (...given: Parameters<typeof at>) => showSsh(at(...given), '[::1]').host
  assert.equal(shown('10.0.0.5', 'https://skein.example.com'), '10.0.0.5')
  assert.equal(shown('0.0.0.0', 'https://skein.example.com'), 'skein.example.com')
  assert.equal(shown('::'), '::1')
  assert.equal(shown('127.0.0.1'), '::1')
})

test('whoever is signed in sees where ssh is and its public keys, and nothing where it is off', async () => {
  const world = await World.open({ config: { ssh: at('127.0.0.1').ssh } })
  const { status, body } = await (await world.setUp()).get('/ssh')
  assert.equal(status, 200)
  assert.deepEqual(body, { host: 'localhost', port: 2222, hostKeys })
  assert.equal((await world.client().get('/ssh')).status, 401)
  await world.close()
  assert.throws(
    () => showSsh(common, 'localhost'),
    (error) => error instanceof SkeinError && error.code === 'not_found',
  )
})
