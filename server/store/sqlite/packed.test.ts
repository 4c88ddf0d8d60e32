import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RowPacker, Unpacking } from './packed.ts'

const origin = '00112233445566ff'
/** Of a clock: the lower half has its highest bit set, and the whole does not fit a double. */
const HLC = (0x01a1fe9an << 32n) | 0xf04f7e56n
const halves = { high: 0x01a1fe9a, low: 0xf04f7e56 }
const stamp = (seq: number) => ({ epoch: 1, ...halves, origin, seq })
const version = (seq: number) => ({ epoch: 1, hlc: HLC, origin, seq })

/** As the other thread gets it. */
const sent = (rows: RowPacker) => structuredClone(rows.packed())

test('rows come out of the pack as they were put in', () => {
  const unknown = new TextEncoder().encode('{"newer":1}')
  const past = [{ origin: 'ffeeddccbbaa0099', seq: 4 }]
  const rows = new RowPacker()
  rows.row('user', 'a', origin, 1)
  rows.group('profile', '{"x":1}', stamp(1))
  rows.group('access', '{"y":"é"}', stamp(2), { unknown, past })
  rows.row('setting', 'b', origin, 2 ** 40)
  rows.row('user', 'c', origin, 3)
  rows.group('profile', '{}', stamp(3))
  const profile = { name: 'profile', unknown: undefined }
  const access = { name: 'access', body: '{"y":"é"}', version: version(2), unknown, past }
  assert.deepEqual(new Unpacking().rows(sent(rows)), [
    {
      kind: 'user',
      id: 'a',
      birth: { origin, seq: 1 },
      groups: [{ ...profile, body: '{"x":1}', version: version(1) }, access],
    },
    { kind: 'setting', id: 'b', birth: { origin, seq: 2 ** 40 }, groups: [] },
    {
      kind: 'user',
      id: 'c',
      birth: { origin, seq: 3 },
      groups: [{ ...profile, body: '{}', version: version(3) }],
    },
  ])
})

test('groups that were written together share their version', () => {
  const rows = new RowPacker()
  rows.row('user', 'a', origin, 1)
  for (const [name, seq] of [
    ['profile', 1],
    ['access', 1],
    ['secret', 2],
  ] as const) {
    rows.group(name, '{}', stamp(seq))
  }
  const [row] = new Unpacking().rows(sent(rows))
  const [profile, access, secret] = row?.groups ?? []
  assert.equal(profile?.version, access?.version)
  assert.notEqual(profile?.version, secret?.version)
})
