import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check } from './check.ts'
import type { FinalObject, FinalState, Operation, Values } from './operation.ts'

const PEERS = ['A', 'B', 'C']
const SKEW_MS = 5

/** Histories are told in steps of 100 ms: `at(3)` took from 300 to 350. */
const at = (step: number) => ({ startMs: step * 100, endMs: step * 100 + 50 })

let count = 0
const asked = (peer: string, step: number) => ({
  id: `w${++count}`,
  client: `of ${peer}`,
  peer,
  ...at(step),
  outcome: 'ok' as const,
  object: 'template/1',
})
const make = (peer: string, step: number, head = 'v0', name?: string): Operation => ({
  ...asked(peer, step),
  op: 'create',
  values: { head },
  ...(name !== undefined && { name }),
})
const write = (peer: string, step: number, value: string): Operation => ({
  ...asked(peer, step),
  op: 'set',
  group: 'head',
  value,
})
const remove = (peer: string, step: number): Operation => ({ ...asked(peer, step), op: 'delete' })
const read = (peer: string, step: number, head: string | undefined): Operation => ({
  ...asked(peer, step),
  op: 'read',
  values: head === undefined ? undefined : { head },
})
const rename = (peer: string, step: number, name: string): Operation => ({
  ...asked(peer, step),
  op: 'claim',
  name,
})

type Objects = Readonly<Record<string, FinalObject>>
const everywhere = (objects: Objects): FinalState[] =>
  PEERS.map((peer) => ({ peer, objects: new Map(Object.entries(objects)) }))
const holding = (head: string): FinalState[] => everywhere({ 'template/1': { values: { head } } })
const gone = everywhere({})

/** The rules that a history breaks. */
function broken(
  operations: readonly Operation[],
  finals: readonly FinalState[],
  skewMs: number | 'any' = SKEW_MS,
): string[] {
  const timed = skewMs === 'any' ? {} : { skewMs }
  return [...new Set(check({ operations, finals, ...timed }).map(({ rule }) => rule))]
}

test('a record that was made, written and read everywhere breaks nothing', () => {
  const operations = [make('A', 0), write('B', 1, 'v1'), read('C', 2, 'v0'), read('C', 3, 'v1')]
  assert.deepEqual(broken(operations, holding('v1')), [])
})

test('an acknowledged record that is nowhere is lost', () => {
  assert.deepEqual(broken([make('A', 0)], gone), ['lost'])
})

test('a record that one peer lacks is lost there, and the peers differ', () => {
  const [a, b] = holding('v0') as [FinalState, FinalState]
  const finals = [a, b, { peer: 'C', objects: new Map() }]
  assert.deepEqual(broken([make('A', 0)], finals), ['lost', 'diverged'])
})

test('an acknowledged write is lost where an earlier one stayed', () => {
  assert.deepEqual(broken([make('A', 0), write('B', 1, 'v1')], holding('v0')), ['lost'])
  assert.deepEqual(
    broken([make('A', 0), write('B', 1, 'v1'), write('C', 2, 'v2')], holding('v1')),
    ['lost'],
  )
})

test('a group that was written and is empty is lost', () => {
  assert.deepEqual(broken([make('A', 0)], everywhere({ 'template/1': { values: {} } })), ['lost'])
})

test('of two writes at once either may stay', () => {
  const slow = { ...write('B', 1, 'v1'), endMs: 250 }
  const operations = [make('A', 0), slow, write('C', 2, 'v2')]
  assert.deepEqual(broken(operations, holding('v1')), [])
  assert.deepEqual(broken(operations, holding('v2')), [])
})

test('clocks that are apart by more than two writes leave either', () => {
  const operations = [make('A', 0), write('B', 1, 'v1'), write('C', 2, 'v2')]
  assert.deepEqual(broken(operations, holding('v1'), 60), [])
  assert.deepEqual(broken(operations, holding('v1'), 'any'), [])
})

test('one peer’s order holds whatever its clock says', () => {
  const operations = [make('A', 0), write('A', 1, 'v1'), write('A', 2, 'v2')]
  assert.deepEqual(broken(operations, holding('v1'), 'any'), ['lost'])
})

test('a write after a read wins over what was read, whatever the clocks say', () => {
  const operations = [make('A', 0), write('B', 1, 'v1'), read('C', 2, 'v1'), write('C', 3, 'v2')]
  assert.deepEqual(broken(operations, holding('v1'), 'any'), ['lost'])
  assert.deepEqual(broken(operations, holding('v2'), 'any'), [])
  const blind = operations.filter(({ op }) => op !== 'read')
  assert.deepEqual(broken(blind, holding('v1'), 'any'), [])
})

test('stamps decide where they are known', () => {
  const stamp = (hlc: bigint) => ({ epoch: 0, hlc, origin: 'x', seq: 1 })
  const operations = [
    make('A', 0),
    { ...write('B', 1, 'v1'), version: stamp(9n) },
    { ...write('C', 2, 'v2'), version: stamp(7n) },
  ]
  const versioned = (head: string, hlc: bigint) =>
    everywhere({ 'template/1': { values: { head }, versions: { head: stamp(hlc) } } })
  assert.deepEqual(broken(operations, versioned('v1', 9n)), [])
  assert.deepEqual(broken(operations, versioned('v2', 7n)), ['lost'])
})

test('a write without an answer may have happened or not', () => {
  const unknown = { ...write('B', 1, 'v1'), outcome: 'unknown' as const }
  assert.deepEqual(broken([make('A', 0), unknown], holding('v0')), [])
  assert.deepEqual(broken([make('A', 0), unknown], holding('v1')), [])
})

test('a write without an answer may happen later than one that came after it', () => {
  const unknown = { ...write('B', 1, 'v1'), outcome: 'unknown' as const }
  assert.deepEqual(broken([make('A', 0), unknown, write('C', 3, 'v2')], holding('v1')), [])
})

test('a write that was seen is done, unless it was sent again', () => {
  const unknown = { ...write('B', 1, 'v1'), outcome: 'unknown' as const }
  const rest = [read('C', 2, 'v1'), write('C', 3, 'v2')]
  assert.deepEqual(broken([make('A', 0), unknown, ...rest], holding('v1')), ['lost'])
  assert.deepEqual(broken([make('A', 0), { ...unknown, attempts: 2 }, ...rest], holding('v1')), [])
})

test('a creation without an answer may have happened or not', () => {
  const unknown = { ...make('A', 0), outcome: 'unknown' as const }
  assert.deepEqual(broken([unknown], gone), [])
  assert.deepEqual(broken([unknown], holding('v0')), [])
})

test('a delete wins over writes before, beside and after it', () => {
  const operations = [make('A', 0), remove('B', 1), write('C', 1, 'v1'), write('C', 2, 'v2')]
  assert.deepEqual(broken(operations, gone), [])
})

test('what was deleted and is there has come back', () => {
  assert.deepEqual(broken([make('A', 0), remove('B', 1)], holding('v0')), ['returned'])
  assert.deepEqual(broken([make('A', 0), remove('B', 1), write('C', 2, 'v1')], holding('v1')), [
    'returned',
  ])
})

test('a delete without an answer may have happened or not, one that was refused has not', () => {
  const unknown = { ...remove('B', 1), outcome: 'unknown' as const }
  assert.deepEqual(broken([make('A', 0), unknown], gone), [])
  assert.deepEqual(broken([make('A', 0), unknown], holding('v0')), [])
  const refused = { ...remove('B', 1), outcome: 'refused' as const }
  assert.deepEqual(broken([make('A', 0), refused], gone), ['lost'])
})

test('a peer that deleted it, or that showed it and then did not, never shows it again', () => {
  const deleted = [make('A', 0), remove('B', 1)]
  assert.deepEqual(broken([...deleted, read('B', 2, 'v0')], gone), ['returned'])
  assert.deepEqual(broken([...deleted, write('B', 2, 'v1')], gone), ['returned'])
  const unknown = { ...remove('B', 1), outcome: 'unknown' as const }
  const seen = [read('C', 1, 'v0'), read('C', 2, undefined), read('C', 3, 'v0')]
  assert.deepEqual(broken([make('A', 0), unknown, ...seen], holding('v0')), ['returned'])
})

test('a peer that has not heard of it yet may show nothing, or what was deleted elsewhere', () => {
  const operations = [
    make('A', 0),
    read('C', 1, undefined),
    remove('B', 2),
    read('C', 3, 'v0'),
    read('C', 4, undefined),
  ]
  assert.deepEqual(broken(operations, gone), [])
})

test('a peer never shows what is older than what it had', () => {
  const operations = [make('A', 0), write('B', 1, 'v1'), read('B', 2, 'v0')]
  assert.deepEqual(broken(operations, holding('v1')), ['older'])
  const elsewhere = [make('A', 0), write('B', 1, 'v1'), read('C', 2, 'v1'), read('C', 3, 'v0')]
  assert.deepEqual(broken(elsewhere, holding('v1')), ['older'])
  assert.deepEqual(
    broken([make('A', 0), write('B', 1, 'v1'), read('C', 3, 'v0')], holding('v1')),
    [],
  )
})

test('a value that nobody wrote, or that was refused, or is not written yet, must not be', () => {
  assert.deepEqual(broken([make('A', 0)], holding('v7')), ['unwritten'])
  const refused = { ...write('B', 1, 'v1'), outcome: 'refused' as const }
  assert.deepEqual(broken([make('A', 0), refused], holding('v1')), ['unwritten'])
  assert.deepEqual(broken([make('A', 0), read('C', 1, 'v1'), write('B', 2, 'v1')], holding('v1')), [
    'unwritten',
  ])
})

test('an object that nobody made, or whose making was refused, must not be', () => {
  assert.deepEqual(broken([], holding('v0')), ['unwritten'])
  const refused = { ...make('A', 0), outcome: 'refused' as const }
  assert.deepEqual(broken([refused], holding('v0')), ['unwritten'])
})

test('peers that differ are told, also in what nobody judges', () => {
  const slow = { ...write('B', 1, 'v1'), endMs: 250 }
  const operations = [make('A', 0), slow, write('C', 2, 'v2')]
  const finals = [...holding('v1').slice(0, 2), ...holding('v2').slice(2)]
  assert.deepEqual(broken(operations, finals), ['diverged'])
  const other = holding('v2').map((state, i) => ({ ...state, rest: new Map([['x', String(i)]]) }))
  assert.deepEqual(broken(operations, other), ['diverged'])
})

/** Two templates of the given names. */
const two = (first: string, second: string, holders?: Readonly<Record<string, string>>) =>
  everywhere({
    'template/1': { values: { head: 'v0' }, name: first },
    'template/2': { values: { head: 'w0' }, name: second },
  }).map((state) => (holders ? { ...state, holders: new Map(Object.entries(holders)) } : state))
const second = (operation: Operation): Operation => ({ ...operation, object: 'template/2' })

test('of two that took one name while apart the later is renamed', () => {
  const operations = [make('A', 0, 'v0', 'web'), second(make('B', 1, 'w0', 'web'))]
  assert.deepEqual(broken(operations, two('web', 'web-k3x9')), [])
  assert.deepEqual(broken(operations, two('web-k3x9', 'web')), ['usurped'])
  const atOnce = [operations[0], { ...operations[1], startMs: 20 }] as Operation[]
  assert.deepEqual(broken(atOnce, two('web-k3x9', 'web')), [])
})

test('a name that two have is told', () => {
  const operations = [make('A', 0, 'v0', 'web'), second(make('B', 1, 'w0', 'web'))]
  assert.deepEqual(broken(operations, two('web', 'web')), ['named twice'])
})

test('a name without cause is told: one never claimed, a suffix where nobody else wanted it', () => {
  const operations = [make('A', 0, 'v0', 'web'), second(make('B', 1, 'w0', 'db'))]
  assert.deepEqual(broken(operations, two('web', 'db')), [])
  assert.deepEqual(broken(operations, two('web', 'cache')), ['usurped'])
  assert.deepEqual(broken(operations, two('web', 'db-k3x9')), ['usurped'])
})

test('the last name that was acknowledged stays', () => {
  const operations = [
    make('A', 0, 'v0', 'web'),
    second(make('B', 0, 'w0', 'db')),
    rename('B', 1, 'shop'),
  ]
  assert.deepEqual(broken(operations, two('shop', 'db')), [])
  assert.deepEqual(broken(operations, two('web', 'db')), ['lost'])
})

test('who is named as a peer calls it already is named otherwise by what that peer had not heard of', () => {
  const operations = [
    make('A', 0, 'v0', 'web'),
    second(make('B', 0, 'w0', 'db')),
    rename('B', 1, 'shop'),
    rename('A', 2, 'web'),
  ]
  assert.deepEqual(broken(operations, two('shop', 'db')), [])
  assert.deepEqual(broken(operations, two('web', 'db')), [])
  const knowing = [...operations.slice(0, 3), rename('A', 2, 'store'), rename('A', 3, 'web')]
  assert.deepEqual(broken(knowing, two('web', 'db')), [])
  assert.deepEqual(broken(knowing, two('shop', 'db')), ['lost'])
  assert.deepEqual(broken(knowing, two('store', 'db')), ['lost'])
})

test('a name that was given back may be taken', () => {
  const operations = [
    make('A', 0, 'v0', 'web'),
    rename('A', 1, 'shop'),
    second(make('B', 2, 'w0', 'web')),
  ]
  assert.deepEqual(broken(operations, two('shop', 'web')), [])
})

test('who is called by a name must hold it', () => {
  const operations = [make('A', 0, 'v0', 'web'), second(make('B', 1, 'w0', 'db'))]
  const [one, other] = ['template/1', 'template/2']
  assert.deepEqual(broken(operations, two('web', 'db', { web: one, db: other })), [])
  assert.deepEqual(broken(operations, two('web', 'db', { web: one, db: one })), ['usurped'])
  assert.deepEqual(broken(operations, two('web', 'db', { web: one })), ['usurped'])
})

/** So many operations by all peers upon a thousand records, or upon one. */
function long(size: number, objects: number): { operations: Operation[]; finals: FinalState[] } {
  const operations: Operation[] = []
  const latest = new Map<string, Values>()
  for (let i = 0; i < size; i++) {
    const object = `template/${i % objects}`
    const peer = PEERS[i % PEERS.length] ?? ''
    const known = latest.get(object)
    if (known && i % 3 === 0) {
      operations.push({ ...asked(peer, i), object, op: 'read', values: known })
      continue
    }
    const head = `v${i}`
    const base = { ...asked(peer, i), object }
    operations.push(
      known
        ? { ...base, op: 'set', group: 'head', value: head }
        : { ...base, op: 'create', values: { head } },
    )
    latest.set(object, { head })
  }
  const objectsAtEnd = [...latest].map(([id, values]) => [id, { values }] as const)
  return { operations, finals: everywhere(Object.fromEntries(objectsAtEnd)) }
}

/** Five times what the machine needs when it is idle. */
const LONG_MS = 10_000

for (const objects of [1000, 1]) {
  test(`100,000 operations upon ${objects} are judged in seconds`, () => {
    const { operations, finals } = long(100_000, objects)
    const began = performance.now()
    assert.deepEqual(broken(operations, finals), [])
    assert.ok(performance.now() - began < LONG_MS)
    const [lost] = operations.filter(({ op }) => op === 'create')
    const head = lost?.op === 'create' ? (lost.values.head ?? '') : ''
    const stale = finals.map((state) => {
      const changed = new Map(state.objects).set(lost?.object ?? '', { values: { head } })
      return { ...state, objects: changed }
    })
    assert.deepEqual(broken(operations, stale), ['lost'])
  })
}
