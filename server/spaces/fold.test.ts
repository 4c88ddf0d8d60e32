import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { StreamBodies } from '../records/kinds.ts'
import type { StreamEntry } from '../records/records.ts'
import { foldTimeline } from './fold.ts'

const entry = (at: number, body: Partial<StreamBodies['timeline']>): StreamEntry<'timeline'> => ({
  id: String(at),
  position: at,
  at,
  subject: 's',
  body: { stepId: 'a', intentId: 'i', step: 'pull', text: 'Pull', state: 'running', ...body },
})
const none = () => undefined

it('a step’s begin and end are one, oldest first', () => {
  const steps = foldTimeline(
    [
      entry(3, { stepId: 'b', step: 'start', text: 'Start' }),
      entry(2, { state: 'done', durationMs: 1 }),
      entry(1, { actor: { kind: 'user', id: 'u', name: 'ada' } }),
    ],
    none,
  )
  assert.deepEqual(
    steps.map(({ id, state, durationMs, actor }) => [id, state, durationMs, actor?.name]),
    [
      ['a', 'done', 1, 'ada'],
      ['b', 'running', undefined, undefined],
    ],
  )
})

it('a step that runs shows its progress, one that ended does not', () => {
  const progress = () => ({ done: 5, total: 10, unit: 'bytes' as const, log: ['x'] })
  const [running] = foldTimeline([entry(1, {})], progress)
  assert.deepEqual([running?.progress?.done, running?.log], [5, ['x']])
  const [ended] = foldTimeline([entry(2, { state: 'done' }), entry(1, {})], progress)
  assert.deepEqual([ended?.progress, ended?.log], [undefined, undefined])
})

it('a step whose peer died is closed by the next peer’s coming', () => {
  const adopt = { stepId: 'z', step: 'adopt', text: 'Taken over', state: 'note' } as const
  const [cut, note, next] = foldTimeline(
    [entry(9, { stepId: 'b' }), entry(7, adopt), entry(1, {})],
    none,
  )
  assert.deepEqual([cut?.state, cut?.durationMs], ['note', 6])
  assert.match(cut?.text ?? '', /cut off/)
  assert.deepEqual([note?.step, next?.state], ['adopt', 'running'])
})
