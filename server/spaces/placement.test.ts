import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type HostId, newId } from '#protocol/ids.ts'
import { type HostState, imageKey, type Need, placeSpace } from './placement.ts'

const GB = 1024 ** 3

function host(name: string, more: Partial<HostState> = {}): HostState {
  return {
    ...{ id: newId<'host'>(), name, labels: {}, isReady: true, cpus: 4, memoryBytes: 16 * GB },
    ...{ spaces: 0, running: 0, promisedBytes: 0 },
    ...more,
  }
}

const need = (more: Partial<Need> = {}): Need => ({
  ...{ labels: {}, memoryBytes: 2 * GB, images: ['debian'] },
  ...more,
})

/** `place near: why`, with a host’s name in place of its id. */
function placed(wish: Partial<Need>, hosts: readonly HostState[]): string {
  const answer = placeSpace(need(wish), hosts)
  return answer.do === 'place' ? `${answer.name}: ${answer.why}` : `${answer.do}: ${answer.why}`
}

const near = host('near', { zone: 'a', labels: { disk: 'ssd' } })
const far = host('far', { zone: 'b', labels: { gpu: 'nvidia', disk: 'ssd' } })
const away = host('away', { zone: 'c', isReady: false, reason: 'it does not answer' })
const busy = { running: 8, spaces: 8, promisedBytes: 8 * GB }

const table: [string, Partial<Need>, readonly HostState[], string][] = [
  ['the only host', {}, [near], 'near: it is the only host'],
  ['without any host', {}, [], 'wait: no host is known yet'],
  [
    'by zone',
    { zone: 'b' },
    [near, far],
    'far: of 2 hosts only it can take it now (near: it is in zone a, and b is asked for)',
  ],
  [
    'by label and value',
    { labels: { gpu: 'nvidia' } },
    [near, far],
    'far: of 2 hosts only it can take it now (near: it lacks the label gpu: nvidia)',
  ],
  [
    'by a bare label, whatever its value',
    { labels: { gpu: '' } },
    [near, far],
    'far: of 2 hosts only it can take it now (near: it lacks the label gpu)',
  ],
  [
    'a label of another value is none',
    { labels: { gpu: 'amd' } },
    [far],
    'refuse: far: it lacks the label gpu: amd',
  ],
  [
    'a label called like something that every object has',
    { labels: { toString: '' } },
    [near],
    'refuse: near: it lacks the label toString',
  ],
  [
    'the least busy',
    {},
    [host('full', busy), near],
    'near: it is the least busy of 2: 13 % with 0 running, full 63 % with 8 running',
  ],
  [
    'a host with room for its spaces only',
    {},
    [host('small', { maxSpaces: 3, spaces: 3 }), near],
    'near: of 2 hosts only it can take it now (small: it has its 3 spaces)',
  ],
  [
    'a host whose memory is promised',
    {},
    [host('small', { maxMemoryBytes: 4 * GB, promisedBytes: 3 * GB })],
    'refuse: small: 3 GB of its 4 GB are promised already, and 2 GB are asked for',
  ],
  [
    'memory without an end set may be promised twice',
    {},
    [host('small', { memoryBytes: GB })],
    'small: it is the only host',
  ],
  [
    'one that has the image',
    {},
    [host('bare', { images: new Set() }), host('stocked', { images: new Set(['debian:latest']) })],
    'stocked: it has its images, and bare would have to pull debian',
  ],
  [
    'a busy host has the image, an idle one pulls it',
    {},
    [
      host('bare', { images: new Set() }),
      host('stocked', { ...busy, images: new Set(['debian:latest']) }),
    ],
    'bare: it is the least busy of 2: 13 % with 0 running, stocked 63 % with 8 running',
  ],
  [
    'one that is not there is not chosen',
    {},
    [away, near],
    'near: of 2 hosts only it can take it now (away: it does not answer)',
  ],
  ['it waits for one that would do', { zone: 'c' }, [near, away], 'wait: away: it does not answer'],
  [
    'none would do, and each says why',
    { zone: 'd' },
    [near, host('nowhere')],
    'refuse: near: it is in zone a, and d is asked for; nowhere: it is in no zone, and d is asked for',
  ],
  ['the person’s choice', { hostId: far.id }, [near, far], 'far: it was chosen'],
  ['a choice that is away waits there', { hostId: away.id }, [near, away], 'away: it was chosen'],
  [
    'a choice that cannot take it',
    { hostId: near.id, zone: 'b' },
    [near, far],
    'refuse: near: it is in zone a, and b is asked for',
  ],
  [
    'a choice that nobody knows',
    { hostId: newId<'host'>() },
    [near],
    'refuse: the chosen host is not known',
  ],
]

describe('a space is placed', () => {
  for (const [what, wish, hosts, answer] of table) {
    it(what, () => assert.equal(placed(wish, hosts), answer))
  }

  it('alike by every peer, in whatever order it knows the hosts', () => {
    const hosts = ['x', 'y', 'z'].map((name) => host(name))
    const chosen = (order: readonly HostState[]): HostId | undefined => {
      const answer = placeSpace(need(), order)
      return answer.do === 'place' ? answer.hostId : undefined
    }
    assert.equal(chosen(hosts.toReversed()), chosen(hosts))
    assert.equal(chosen(hosts), hosts.map(({ id }) => id).toSorted()[0])
  })
})

it('an image is one thing by all of its names', () => {
  const names = ['debian', 'debian:latest', 'docker.io/debian', 'docker.io/library/debian']
  assert.deepEqual(new Set(names.map(imageKey)), new Set(['debian:latest']))
  assert.equal(imageKey('registry.lan:5000/a'), 'registry.lan:5000/a:latest')
  assert.equal(imageKey('a@sha256:00'), 'a@sha256:00')
})
