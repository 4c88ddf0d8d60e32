import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { PeerFacts } from '#protocol/api/peers.ts'
import { newId } from '#protocol/ids.ts'
import { TestClock } from '../../tests/support/clock.ts'
import { systemRandom } from '../clock.ts'
import { openRecords, type ReplicatedRecords } from '../records/open.ts'
import { openMemoryStore } from '../store/memory.ts'
import {
  agentAddressesOf,
  knownAddresses,
  ownAgentAddresses,
  publish,
  publishedPeers,
  publishedUrl,
} from './published.ts'

const clock = new TestClock()
const makers = { clock, random: systemRandom }
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
const [self, other, gone] = [newId<'peer'>(), newId<'peer'>(), newId<'peer'>()]

let records: ReplicatedRecords
before(async () => {
  records = await openRecords({ store: openMemoryStore(), ...makers, log: silent })
})
after(() => records.close())

const fact = (id: string, state: string, isSelf = false): PeerFacts =>
  ({ id, state, isSelf, name: `name of ${id}` }) as PeerFacts

test('each peer’s address is kept, also when nobody knows the peer any more', async () => {
  await publish(records, gone, { url: 'https://gone.example' }, makers)
  await publish(records, other, { url: 'https://other.example', authority: 'PEM' }, makers)
  await publish(records, self, { url: 'https://self.example' }, makers)
  const known = [fact(self, 'alive', true), fact(other, 'suspect')]
  assert.deepEqual(publishedPeers(records, known), [
    { id: self, name: `name of ${self}`, url: 'https://self.example', isSelf: true, isThere: true },
    { id: gone, name: gone, url: 'https://gone.example', isSelf: false, isThere: false },
    {
      ...{ id: other, name: `name of ${other}`, url: 'https://other.example' },
      ...{ authority: 'PEM', isSelf: false, isThere: true },
    },
  ])
})

test('an address is written when it changes and at no other start', async () => {
  const before = records.replica.seq
  await publish(records, self, { url: 'https://self.example' }, makers)
  assert.equal(records.replica.seq, before)
  await publish(records, self, { url: 'https://moved.example' }, makers)
  assert.equal(
    publishedPeers(records, [fact(self, 'alive', true)])[0]?.url,
    'https://moved.example',
  )
})

test('what is no origin reaches no header and no file', async () => {
  const odd = [
    'https://a.example/path',
    'javascript:alert(1)',
    "https://a' https://b",
    'https://a\r\nb: c',
    '',
  ]
  const before = publishedPeers(records, []).length
  for (const url of odd) await publish(records, newId<'peer'>(), { url }, makers)
  assert.equal(publishedPeers(records, []).length, before)
})

test('what is published is the public URL, else what others dial, else where we listen', () => {
  const listen = (host: string) => ({
    publicUrl: undefined,
    listen: { host, port: 7534 },
    advertise: undefined,
  })
  const own = 'https://0.0.0.0:7534'
  const named = { ...listen('0.0.0.0'), publicUrl: 'https://skein.example/' }
  assert.equal(publishedUrl(named, own, own), 'https://skein.example')
  const told = { ...listen('0.0.0.0'), advertise: { host: 'box.lan', port: 0 } }
  assert.equal(publishedUrl(told, own, own), 'https://box.lan:7534')
  const local = publishedUrl(listen('127.0.0.1'), 'http://127.0.0.1:7534', 'http://localhost:7534')
  assert.equal(local, 'http://localhost:7534')
})

test('agents and peers that start are given where the others are, and not where they themselves are', async () => {
  const agents = ['http://192.0.2.1:7534', 'https://other.example']
  const url = 'https://other.example'
  await publish(records, other, { url, agents, address: '192.0.2.1:7534' }, makers)
  await publish(records, self, { url, agents: ['http://own'], address: '192.0.2.9:1' }, makers)
  assert.deepEqual(agentAddressesOf(records, self), agents)
  assert.deepEqual(knownAddresses(records, self), ['192.0.2.1:7534'])
})

test('an agent elsewhere is told of no address on loopback', () => {
  const listen = { host: '127.0.0.1', port: 0 }
  const config = { listen, publicUrl: undefined, advertise: undefined, agentAddresses: [] }
  assert.deepEqual(ownAgentAddresses(config, 7534), [])
  const advertised = { ...config, advertise: { host: '192.0.2.1', port: 0 } }
  assert.deepEqual(ownAgentAddresses(advertised, 7534), ['http://192.0.2.1:7534'])
  const all = {
    ...advertised,
    publicUrl: 'https://skein.lan',
    agentAddresses: ['http://10.0.0.5:1'],
  }
  assert.deepEqual(ownAgentAddresses(all, 7534), [
    'http://192.0.2.1:7534',
    'https://skein.lan',
    'http://10.0.0.5:1',
  ])
})
