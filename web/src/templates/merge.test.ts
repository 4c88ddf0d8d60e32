import assert from 'node:assert/strict'
import { test } from 'node:test'
import { merge } from './merge.ts'

const base = 'name: a\nimage: x\nuser: dev\nhome: /home\n'

test('what only one of two changed is taken from that one', () => {
  const mine = base.replace('image: x', 'image: y')
  const theirs = base.replace('home: /home', 'home: /srv\nshell: bash')
  assert.deepEqual(merge(base, mine, theirs), {
    text: 'name: a\nimage: y\nuser: dev\nhome: /srv\nshell: bash\n',
    conflicts: 0,
  })
})

test('what both changed stays mine and is counted', () => {
  const mine = base.replace('image: x', 'image: mine')
  const theirs = base.replace('image: x', 'image: theirs').replace('name: a', 'name: b')
  assert.deepEqual(merge(base, mine, theirs), {
    text: 'name: a\nimage: mine\nuser: dev\nhome: /home\n',
    conflicts: 1,
  })
})

test('the same change by both is no conflict, and lines that were taken away stay away', () => {
  const same = base.replace('user: dev\n', '')
  assert.deepEqual(merge(base, same, same), { text: same, conflicts: 0 })
  assert.deepEqual(merge(base, base, same), { text: same, conflicts: 0 })
  const mine = `${base}shell: sh\n`
  assert.deepEqual(merge(base, mine, same), { text: `${same}shell: sh\n`, conflicts: 0 })
})
