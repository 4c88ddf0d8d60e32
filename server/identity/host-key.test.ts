import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock as clock, systemRandom as random } from '../clock.ts'
import { silentLog } from '../log.ts'
import { openRecords } from '../records/open.ts'
import { openMemoryStore } from '../store/memory.ts'
import { hostKeyOf, loadHostKey } from './host-key.ts'

test('the public line is one that ssh-keygen reads, and belongs to the private key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-host-key-'))
  try {
    const { secret, shown } = hostKeyOf(Buffer.from(random(32)))
    const file = join(folder, 'key.pub')
    writeFileSync(file, `${shown.line}\n`)
    const said = execFileSync('ssh-keygen', ['-l', '-f', file]).toString()
    assert.equal(said.split(' ')[1], shown.fingerprint)
    const { x } = createPublicKey(secret).export({ format: 'jwk' })
    const point = Buffer.from(shown.line.split(' ')[1] ?? '', 'base64').subarray(-32)
    assert.equal(point.toString('base64url'), x)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the key is made once and is the same ever after', async () => {
  const records = await openRecords({ store: openMemoryStore(), clock, random, log: silentLog() })
  const makers = { clock, random }
  const [first, second] = await Promise.all([
    loadHostKey(records, makers),
    loadHostKey(records, makers),
  ])
  assert.deepEqual(first.shown, second.shown)
  assert.deepEqual((await loadHostKey(records, makers)).shown, first.shown)
  await records.close()
})
