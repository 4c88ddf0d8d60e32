import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { TestPeer } from './testing/linked.ts'

/** More than a unix socket's two buffers hold, and within one stream's window. */
const BYTES = 1_000_000

test('both ends may send more at once than the kernel holds', { timeout: 10_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-link-'))
  const peer = new TestPeer()
  peer.dial([await peer.listen(join(folder, 'link.sock'))])
  await peer.linked()
  const stream = await peer.open({ kind: 'echo' })
  stream.duplex.end(Buffer.alloc(BYTES))
  const heard = await Array.fromAsync(stream.duplex)
  assert.equal(Buffer.concat(heard).length, BYTES)
  await peer.close()
  rmSync(folder, { recursive: true })
})
