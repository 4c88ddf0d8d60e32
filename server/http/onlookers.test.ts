import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeAt, encodeJson, encodeResize, NumberedType } from '#protocol/numbered/frames.ts'
import { OnlooksFilter } from './onlookers.ts'

const attach = encodeJson(NumberedType.attach, { stream: 'main' })
const ack = encodeAt(NumberedType.ackOut, 7)
const typed = encodeAt(NumberedType.in, 0, Buffer.from('rm -rf ~\n'))

test('what only moves the view goes on, however it is cut', () => {
  const all = Buffer.concat([attach, encodeResize(0, 80, 24), ack])
  for (let cut = 0; cut <= all.length; cut++) {
    const filter = new OnlooksFilter()
    const passed = [filter.pass(all.subarray(0, cut)), filter.pass(all.subarray(cut))]
    assert.deepEqual(Buffer.concat(passed), Buffer.concat([attach, ack]))
  }
})

test('what is typed is refused, also in one message with an ack, and nothing after it passes', () => {
  const filter = new OnlooksFilter()
  filter.pass(attach)
  assert.throws(() => filter.pass(Buffer.concat([ack, typed])), { code: 'forbidden' })
})

test('frames that only an agent sends do not reach it', () => {
  const fin = encodeAt(NumberedType.fin, 0)
  assert.equal(new OnlooksFilter().pass(fin).length, 0)
})
