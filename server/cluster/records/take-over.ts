// Before a new peer does anything it has the cluster's state: the cluster's id, its keys and who its people are must not be
// made a second time. So whoever joins with an empty database dials an address of its token and goes on when it has all.

import http2 from 'node:http2'
import { SkeinError } from '#protocol/errors.ts'
import { formatPeerIdentity, peerPath } from '#protocol/link.ts'
import { Connection, onEnd } from '../../../link/connection.ts'
import { dial } from '../../../link/dial.ts'
import { sessionOptions, widen } from '../../../link/session.ts'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../store/log.ts'
import { MAX_MESSAGE_BYTES } from '../replica/limits.ts'
import type { Keyring } from '../seal/keyring.ts'
import { derivePeerKey } from '../wire/lines.ts'
import { PeerLine, type PeerLineOptions } from '../wire/peer-line.ts'
import type { RecordsSharing } from './sharing.ts'

const LANE = 'bulk'
/** In all, ms: the peers of the token may just be starting, and a large state takes seconds. */
const PATIENCE_MS = 120_000
/** How often an address is tried, and how often it is looked whether all is here, ms. */
const RETRY_MS = 1000
const LOOK_MS = 20

export interface TakeOverOptions {
  readonly sharing: RecordsSharing
  readonly addresses: readonly string[]
  readonly self: PeerLineOptions['self']
  readonly keyring: Keyring
  readonly clock: Clock
  readonly log: Log
  /** Whether what nobody may make a second time is here. */
  readonly isComplete: () => boolean
}

/** Rejects with `join_failed` when no peer of the token could be reached in time. */
export async function takeOver(options: TakeOverOptions): Promise<void> {
  const { clock, addresses, log } = options
  const endMs = clock.monotonicMs() + PATIENCE_MS
  for (let tries = 0; clock.monotonicMs() < endMs; tries++) {
    const address = addresses[tries % addresses.length] ?? ''
    try {
      if (await fetchFrom(options, address, endMs)) return
    } catch (err) {
      log.warn({ err, address }, 'cannot join there yet')
    }
    await clock.delay(RETRY_MS)
  }
  throw new SkeinError('join_failed', { addresses: addresses.join(', ') })
}

/** False when the line was lost before all was here. */
async function fetchFrom(
  { sharing, self, keyring, clock, isComplete }: TakeOverOptions,
  address: string,
  endMs: number,
): Promise<boolean> {
  const onOpen = (line: PeerLine) => sharing.began(line)
  const line = await openLine(address, { self, keyring, clock, onOpen })
  try {
    while (line.isOpen && clock.monotonicMs() < endMs) {
      if (sharing.isLevelWith(line.peer) && isComplete()) return true
      await clock.delay(LOOK_MS)
    }
    return false
  } finally {
    sharing.lost(line)
    line.end()
  }
}

interface Dialling {
  readonly self: PeerLineOptions['self']
  readonly keyring: Keyring
  readonly clock: Clock
  /** In the step in which the peer says who it is: its first message may lie in the same bytes. */
  readonly onOpen: (line: PeerLine) => void
}

async function openLine(
  address: string,
  { self, keyring, clock, onOpen }: Dialling,
): Promise<PeerLine> {
  const { promise, resolve, reject } = Promise.withResolvers<PeerLine>()
  const key = keyring.used
  const identity = { peerId: self.peer, keyTag: key.tag, lane: LANE, run: self.run } as const
  const { socket, raw } = await dial({
    address: `http://${address}`,
    identity: formatPeerIdentity(identity),
    key: derivePeerKey(key),
    clock,
    signal: new AbortController().signal,
  })
  const session = http2.performServerHandshake(socket, sessionOptions)
  widen(session)
  const connection = new Connection(session, [socket, raw])
  const lost = () => reject(new SkeinError('link_lost'))
  onEnd(connection, lost)
  session.on('stream', (h2, headers) => {
    if (headers[':path'] !== peerPath(LANE)) {
      connection.end()
      return
    }
    h2.respond({ ':status': 200 })
    new PeerLine(connection, h2, {
      self,
      maxBytes: MAX_MESSAGE_BYTES,
      onOpen: (line) => {
        onOpen(line)
        resolve(line)
      },
      onRefused: lost,
    })
  })
  return await promise
}
