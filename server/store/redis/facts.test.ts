import assert from 'node:assert/strict'
import { test } from 'node:test'
import { factsOf, unfitness, weakness } from './facts.ts'

const INFO = [
  '# Server',
  'redis_version:7.0.15',
  'run_id:4f1d',
  'role:master',
  'loading:0',
  'aof_enabled:1',
  'maxmemory:0',
  'maxmemory_policy:allkeys-lru',
].join('\r\n')
const facts = (changes: Record<string, string> = {}, fsync: string | undefined = 'always') => {
  const lines = INFO.split('\r\n').map((line) => {
    const name = line.split(':')[0] ?? ''
    return name in changes ? `${name}:${changes[name]}` : line
  })
  return factsOf(lines.join('\r\n'), fsync)
}

test('a server that keeps what it acknowledges is fit, and what evicts nothing may have any policy', () => {
  assert.equal(unfitness(facts()), undefined)
  assert.equal(weakness(facts()), undefined)
  assert.equal(weakness(facts({}, 'everysec')), undefined)
  assert.equal(weakness(factsOf(INFO, undefined)), undefined)
})

test('what may forget what it acknowledged is said by what is wrong with it', () => {
  assert.match(weakness(facts({ aof_enabled: '0' })) ?? '', /appendonly no/)
  assert.match(weakness(facts({}, 'no')) ?? '', /appendfsync no/)
  assert.match(weakness(facts({ maxmemory: '1000' })) ?? '', /allkeys-lru/)
})

test('an old server, and one that says nothing of itself, are none', () => {
  for (const version of ['6.2.14', '', 'x']) {
    assert.match(unfitness(facts({ redis_version: version })) ?? '', /7\.0 or a newer/)
  }
  assert.match(unfitness(factsOf('', undefined)) ?? '', /7\.0/)
})
