import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Owner } from '../owner.ts'
import type { ContainerDetail } from './engine.ts'
import { containerIn, pathOnEngine, translate } from './own-container.ts'

const ID = 'dae6df4f5146f9d61bcfa47504afc55de358d037867e82f73d6435d228e20867'
const INSIDE = `118 100 254:0 /var/lib/docker/containers/${ID}/resolv.conf /etc/resolv.conf rw - ext4 /dev/vda rw
119 100 254:0 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw,relatime - ext4 /dev/vda rw`
const MOUNTS = [
  { source: '/var/lib/docker/volumes/box_skein/_data', target: '/var/lib/skein' },
  { source: '/srv/links', target: '/var/lib/skein/run/link' },
]
const owner: Owner = {} as Owner

test('a container knows its id by the files that Docker mounts into it', () => {
  assert.equal(containerIn(INSIDE), ID)
  assert.equal(containerIn('26 1 254:0 / / rw,relatime - ext4 /dev/vda rw'), undefined)
  assert.equal(containerIn(''), undefined)
})

test('a folder is where the innermost mount has it', () => {
  const volume = '/var/lib/docker/volumes/box_skein/_data'
  assert.equal(translate('/var/lib/skein/run', MOUNTS), `${volume}/run`)
  assert.equal(translate('/var/lib/skein', MOUNTS), volume)
  assert.equal(translate('/var/lib/skein/run/link', MOUNTS), '/srv/links')
  assert.equal(translate('/var/lib/skeins/run', MOUNTS), '/var/lib/skeins/run')
})

test('the engine is asked about our own container only, and need not know it', async () => {
  const asked: string[] = []
  const engine = (known: boolean) => ({
    async inspectContainer(_: Owner, id: string) {
      asked.push(id)
      return known ? ({ mounts: MOUNTS } as unknown as ContainerDetail) : undefined
    },
  })
  const folder = '/var/lib/skein/run/link'
  const where = (known: boolean, mountinfo: string) =>
    pathOnEngine(engine(known), owner, folder, async () => mountinfo)
  assert.equal(await where(true, INSIDE), '/srv/links')
  assert.equal(await where(false, INSIDE), folder)
  assert.equal(await where(true, ''), folder)
  assert.deepEqual(asked, [ID, ID])
})
