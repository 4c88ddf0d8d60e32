import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { resolveUser } from './owner-of-home.ts'

const passwd = 'root:x:0:0:root:/root:/bin/sh\ndev:x:1000:1001:Dev:/home/dev:/bin/bash\n'
const group = 'root:x:0:\ndev:x:1001:\ndocker:x:998:dev\n'

describe('the owner of a fresh home', () => {
  const cases: [string, { uid: number; gid: number } | undefined][] = [
    ['', { uid: 0, gid: 0 }],
    ['root', { uid: 0, gid: 0 }],
    ['dev', { uid: 1000, gid: 1001 }],
    ['1000', { uid: 1000, gid: 1001 }],
    ['4711', { uid: 4711, gid: 0 }],
    ['4711:4712', { uid: 4711, gid: 4712 }],
    ['dev:docker', { uid: 1000, gid: 998 }],
    ['nobody-here', undefined],
    ['dev:nothing', undefined],
    ['-1', undefined],
  ]
  for (const [user, expected] of cases) {
    it(`of “${user}” is ${JSON.stringify(expected)}`, () =>
      assert.deepEqual(resolveUser(user, passwd, group), expected))
  }

  it('is found without any files in an image that has none', () => {
    assert.deepEqual(resolveUser('1000:1000', '', ''), { uid: 1000, gid: 1000 })
    assert.deepEqual(resolveUser('1000', '', ''), { uid: 1000, gid: 0 })
  })
})
