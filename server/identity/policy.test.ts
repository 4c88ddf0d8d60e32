import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { type Action, actions, may, type Rule } from './policy.ts'

const me = newId<'user'>()
const member = { userId: me, role: 'member' } as const
const administrator = { userId: newId<'user'>(), role: 'administrator' } as const
const mine = { ownerId: me }

/** Nobody, a member with another's thing, a member with the own thing, an administrator with another's. */
const table: Record<Rule, [boolean, boolean, boolean, boolean]> = {
  anyone: [true, true, true, true],
  'signed-in': [false, true, true, true],
  owner: [false, false, true, false],
  'owner-or-administrator': [false, false, true, true],
  administrator: [false, false, false, true],
}

for (const action of Object.keys(actions) as Action[]) {
  test(`${action} follows its rule`, () => {
    const { rule } = actions[action]
    const seen = [
      may(undefined, action, mine),
      may(member, action, { ownerId: newId<'user'>() }),
      may(member, action, mine),
      may(administrator, action, mine),
    ]
    assert.deepEqual(seen, table[rule])
  })
}

test('a thing without an owner is nobody’s own', () => {
  assert.equal(may(member, 'space.enter', {}), false)
  assert.equal(may(member, 'space.see'), false)
})
