import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { chosen, fallenBack, readProgram, versionAt, writeProgram } from './program.ts'

const data = mkdtempSync(join(tmpdir(), 'skein-program-'))
after(() => rmSync(data, { recursive: true, force: true }))

function makeVersion(name: string): string {
  const path = join(data, 'versions', name)
  const files = ['server/peer/main.ts', 'dist/agent/VERSION', 'dist/web/index.html']
  for (const folder of ['server/peer', 'dist/agent', 'dist/web', 'node_modules']) {
    mkdirSync(join(path, folder), { recursive: true })
  }
  for (const file of files) writeFileSync(join(path, file), '')
  return path
}

test('without a note the children run the copy that the supervisor is of', () => {
  const { current } = readProgram(data)
  assert.equal(current, join(import.meta.dirname, '../..'))
})

test('a chosen version is noted with the way back, which is taken once', () => {
  const [old, next] = [makeVersion('1.0.0'), makeVersion('1.1.0')]
  const after = chosen({ current: old, wish: 'w1' }, 'w2', next)
  assert.deepEqual(after, { current: next, previous: old, wish: 'w2' })
  writeProgram(data, after)
  assert.deepEqual(readProgram(data), after)
  const back = fallenBack(after)
  assert.deepEqual(back, { current: old, failed: next, wish: 'w2' })
  assert.equal(back && fallenBack(back), undefined)
})

test('starting the same version again keeps the way back and forgets what failed', () => {
  const before = { current: '/a', previous: '/b', failed: '/c', wish: 'w1' }
  assert.deepEqual(chosen(before, 'w2'), { current: '/a', previous: '/b', wish: 'w2' })
})

test('a version that is gone, and a note that is none, count for nothing', () => {
  const gone = join(data, 'versions', 'gone')
  writeProgram(data, { current: gone })
  assert.notEqual(readProgram(data).current, gone)
  writeFileSync(join(data, 'program.json'), '{"current": 7}')
  assert.equal(readProgram(data).current, join(import.meta.dirname, '../..'))
})

test('only what the machine’s owner has put into --versions can be chosen', () => {
  const versions = join(data, 'versions')
  const path = makeVersion('2.0.0')
  assert.equal(versionAt(versions, '2.0.0'), path)
  mkdirSync(join(versions, 'unbuilt'))
  symlinkSync('/etc', join(versions, 'etc'))
  const refused = [undefined, ...['../2.0.0', 'unbuilt', 'etc', '.', 'a/b', 'never']]
  for (const name of refused) {
    const ask = () =>
      name === undefined ? versionAt(undefined, '2.0.0') : versionAt(versions, name)
    assert.throws(ask, (error) => error instanceof SkeinError && error.code === 'version_missing')
  }
  chmodSync(path, 0o777)
  assert.throws(() => versionAt(versions, '2.0.0'), /others may write it/)
})
