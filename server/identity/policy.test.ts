import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { type Action, actions, may, permissions, type Rule, type Subject } from './policy.ts'

const group = newId<'group'>()
const person = (more: Partial<Subject> = {}): Subject => ({
  userId: newId<'user'>(),
  role: 'member',
  groups: () => new Set(),
  permissions: () => new Set(),
  ...more,
})
const owner = person()
const stranger = person()
const viewer = person()
const user = person({ groups: () => new Set([group]) })
const manager = person()
const administrator = person({ role: 'administrator' })
const thing = {
  ownerId: owner.userId,
  shares: {
    users: {
      [viewer.userId]: { n: 1, as: 'viewer' },
      [manager.userId]: { n: 3, as: 'manager' },
      // Taken away again.
      [stranger.userId]: { n: 2, as: 'manager' },
    },
    groups: { [group]: { n: 1, as: 'user' } },
  },
}

/** Nobody, a stranger, viewer, user, manager, owner, an administrator. */
const table: Record<Rule, readonly (0 | 1)[]> = {
  anyone: [1, 1, 1, 1, 1, 1, 1],
  'signed-in': [0, 1, 1, 1, 1, 1, 1],
  viewer: [0, 0, 1, 1, 1, 1, 0],
  'viewer-or-administrator': [0, 0, 1, 1, 1, 1, 1],
  user: [0, 0, 0, 1, 1, 1, 0],
  'manager-or-administrator': [0, 0, 0, 0, 1, 1, 1],
  owner: [0, 0, 0, 0, 0, 1, 0],
  'owner-or-administrator': [0, 0, 0, 0, 0, 1, 1],
  administrator: [0, 0, 0, 0, 0, 0, 1],
}

const all = Object.keys(actions) as Action[]
const people = [undefined, stranger, viewer, user, manager, owner, administrator]

for (const action of all) {
  test(`${action} follows its rule`, () => {
    const seen = people.map((subject) => (may(subject, action, thing) ? 1 : 0))
    assert.deepEqual(seen, table[actions[action].rule])
  })
}

test('a permission is one action of all that administrators may, and no other', () => {
  for (const permission of permissions) {
    const subject = person({ permissions: () => new Set([permission]) })
    const signedIn = all.filter((action) => may(subject, action, thing) && !may(stranger, action))
    assert.deepEqual(signedIn, [permission])
  }
})

test('docs/people.md names every permission, and no other', () => {
  const page = readFileSync(new URL('../../docs/people.md', import.meta.url), 'utf8')
  const [roles = ''] = page.split('## Groups')
  const named = [...roles.matchAll(/`([a-z]+\.[A-Za-z]+)`/g)].map(([, name]) => name)
  assert.deepEqual([...new Set(named)].toSorted(), permissions.toSorted())
})

test('no permission lets anybody into a space', () => {
  for (const action of ['space.enter', 'space.watch', 'space.share'] as const) {
    assert.ok(!permissions.includes(action))
    const subject = person({ permissions: () => new Set([action]) })
    assert.equal(may(subject, action, thing), false)
  }
})

test('a token may what its scopes and its owner both may', () => {
  const token = (...scopes: NonNullable<Subject['scopes']>) => ({ ...owner, scopes })
  assert.equal(may(token('read'), 'space.see', thing), true)
  assert.equal(may(token('read'), 'space.run', thing), false)
  assert.equal(may(token('run'), 'space.run', thing), true)
  assert.equal(may(token('run'), 'space.enter', thing), false)
  assert.equal(may(token('run', 'enter'), 'space.enter', thing), true)
  assert.equal(may(token('all'), 'space.delete', thing), true)
  assert.equal(may(token('audit'), 'audit.read'), false)
  assert.equal(may({ ...administrator, scopes: ['audit'] }, 'audit.read'), true)
  assert.equal(may({ ...administrator, scopes: ['audit'] }, 'user.list'), false)
  assert.equal(may(token(), 'space.see', thing), false)
})

test('a thing without an owner is nobody’s own', () => {
  assert.equal(may(stranger, 'space.enter', {}), false)
  assert.equal(may(stranger, 'space.see'), false)
})
