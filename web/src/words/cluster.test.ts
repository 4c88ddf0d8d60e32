import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerDeed } from '#protocol/api/peers.ts'
import { clusterWords } from './cluster.ts'

const { event } = clusterWords.cluster
const HOUR_MS = 3_600_000
const returned = { what: 'returned', awayMs: 180_000, changed: 0, deleted: 0 } as const

test('each thing that happens to a peer is one sentence', () => {
  const cases: [PeerDeed, string][] = [
    [
      { ...returned, isCompared: true, changed: 12, deleted: 4 },
      'Was away for 3 min; compared everything: 12 records changed, 4 deleted here.',
    ],
    [
      { ...returned, isCompared: false, deleted: 1 },
      'Was away for 3 min; took over what it had missed: 1 record deleted here.',
    ],
    [
      { ...returned, isCompared: false },
      'Was away for 3 min; took over what it had missed: nothing had changed.',
    ],
    [
      { what: 'clock', aheadMs: 24 * HOUR_MS },
      'Its clock is 24 h ahead; what it writes is held back.',
    ],
    [
      { what: 'clock', aheadMs: -2 * HOUR_MS },
      'Its clock is 2 h behind; it holds back what others write.',
    ],
    [{ what: 'clock', aheadMs: 0 }, 'Its clock is right again.'],
    [{ what: 'version', was: '0.1.0', is: '0.2.0' }, 'Was started as 0.2.0; it ran 0.1.0 before.'],
    [{ what: 'joined', changed: 1 }, 'Joined, and took over 1 record.'],
  ]
  for (const [deed, sentence] of cases) assert.equal(event(deed), sentence)
})
