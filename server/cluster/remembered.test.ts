import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { RememberedPeers } from './remembered.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'skein-remembered-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

test('who was met is remembered after a restart, and whoever is met later instead', (t) => {
  const path = folder(t)
  const first = new RememberedPeers(path)
  assert.deepEqual(first.addresses, [])
  first.remember(['b:1', 'a:1', 'b:1'])
  assert.deepEqual(new RememberedPeers(path).addresses, ['a:1', 'b:1'])
  first.remember(['c:1'])
  assert.deepEqual(new RememberedPeers(path).addresses, ['c:1'])
})

test('a peer that is alone still knows where the others were', (t) => {
  const path = folder(t)
  const peers = new RememberedPeers(path)
  peers.remember(['a:1'])
  peers.remember([])
  assert.deepEqual(new RememberedPeers(path).addresses, ['a:1'])
})

test('a damaged file is as good as none', (t) => {
  const path = folder(t)
  writeFileSync(join(path, 'peer.others'), '{"a":')
  const peers = new RememberedPeers(path)
  assert.deepEqual(peers.addresses, [])
  peers.remember(['a:1'])
  assert.deepEqual(new RememberedPeers(path).addresses, ['a:1'])
})
