import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { systemRandom } from '../clock.ts'
import { CLUSTER_KEY_FILE, deriveAgentKey, loadClusterSecret } from './keys.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skein-keys-'))
})
after(() => rm(folder, { recursive: true }))

test('the cluster’s secret is made once, by one of many, and only its owner may read it', async () => {
  const all = await Promise.all([1, 2, 3].map(() => loadClusterSecret(folder, systemRandom)))
  assert.equal(all[0]?.length, 32)
  assert.ok(all.every((secret) => all[0]?.equals(secret)))
  const path = join(folder, CLUSTER_KEY_FILE)
  await chmod(path, 0o644)
  await loadClusterSecret(folder, systemRandom)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
})

test('a cluster key that was cut is an error that names the file, not a new key', async () => {
  const other = await mkdtemp(join(folder, 'cut-'))
  await writeFile(join(other, CLUSTER_KEY_FILE), 'abcd')
  await assert.rejects(loadClusterSecret(other, systemRandom), { code: 'config_invalid' })
})

test('each start of each space has a key of its own, the same on every peer', () => {
  const secret = Buffer.alloc(32, 7)
  const [a, b] = [newId<'space'>(), newId<'space'>()]
  assert.deepEqual(deriveAgentKey(secret, a, 1), deriveAgentKey(Buffer.alloc(32, 7), a, 1))
  const keys = [
    deriveAgentKey(secret, a, 1),
    deriveAgentKey(secret, a, 2),
    deriveAgentKey(secret, b, 1),
    deriveAgentKey(Buffer.alloc(32, 8), a, 1),
  ]
  assert.equal(new Set(keys.map((key) => key.toString('hex'))).size, 4)
  assert.equal(keys[0]?.length, 32)
})
