import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { linkSockets } from './link-folder.ts'

const peer = newId<'peer'>()

test('peers that are given one folder put their sockets there, each under its id', (t) => {
  const data = mkdtempSync(join(tmpdir(), 'skein-folder-'))
  t.after(() => rmSync(data, { recursive: true }))
  const other = newId<'peer'>()
  const config = { data, linkFolder: join(data, 'links') }
  const [ours] = linkSockets(config, 'c', peer).paths
  const [theirs] = linkSockets({ ...config, data: '/elsewhere' }, 'c', other).paths
  assert.equal(ours, join(data, 'links', `${peer}.sock`))
  assert.equal(theirs, join(data, 'links', `${other}.sock`))
})

test('agents that were started before there was a folder still find the socket that they know', () => {
  const config = { data: '/data', linkFolder: '/links' }
  assert.ok(linkSockets(config, 'c', peer).paths.includes('/data/run/link/link.sock'))
})
