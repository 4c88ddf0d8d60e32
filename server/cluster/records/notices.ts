// What happened between this peer and others, for those who must know: the log, the peers page, and where only an
// administrator can judge it, the audit.

import type { PeerRecords } from '#protocol/api/peers.ts'
import type { Actor } from '#protocol/link.ts'
import type { Clock } from '../../clock.ts'
import type { StreamBodies } from '../../records/kinds.ts'
import type { Change, Records } from '../../records/records.ts'
import type { Log } from '../../store/log.ts'
import type { Effect } from '../replica/effect.ts'
import type { Ended } from './absence.ts'

export type Notice = Effect & { type: 'rolled-back' | 'diverged' | 'comparing' | 'compared' }

interface NoticesOptions {
  readonly records: Records
  /** This peer. */
  readonly actor: Actor
  readonly clock: Clock
  readonly log: Log
}

const sentences = {
  diverged: 'two peers had heard the same and held different things',
  'rolled-back': 'this database was put back to an earlier state: restore it with `skein restore`',
  comparing: 'comparing all records with a peer',
  compared: 'compared all records with a peer',
} as const

export class Notices {
  readonly #options: NoticesOptions
  /** What last happened with a peer. */
  readonly #told = new Map<string, { told: NonNullable<PeerRecords['told']>; atMs: number }>()

  constructor({ records, actor, clock, log }: NoticesOptions) {
    this.#options = { records, actor, clock, log }
  }

  lastOf(peer: string): Pick<PeerRecords, 'told' | 'at'> {
    const last = this.#told.get(peer)
    return last ? { told: last.told, at: new Date(last.atMs).toISOString() } : {}
  }

  /** Where a database was put back nothing may be written in it: that is only told. */
  note(notice: Notice): void {
    const { log, actor, clock } = this.#options
    const { type, ...detail } = notice
    if (type === 'diverged' || type === 'rolled-back') log.error(detail, sentences[type])
    else log.info(detail, sentences[type])
    const peer = 'with' in notice ? notice.with : 'by' in notice ? notice.by : notice.from
    this.#told.set(peer, { told: type, atMs: clock.nowMs() })
    if (type === 'rolled-back') return
    const count = 'buckets' in detail ? { buckets: detail.buckets.length } : {}
    const said = { ...('why' in detail && { why: detail.why }), ...count }
    const target = { kind: 'peer', id: peer, name: peer }
    this.#append({ actor, action: `records.${type}`, target, detail: said }, peer)
  }

  /** The database has a new origin. */
  renewed(was: string, is: string): void {
    const { actor } = this.#options
    this.#append({ actor, action: 'records.renewed', target: this.#self, detail: { was, is } })
  }

  /** This peer was without others, and has all of theirs again. */
  back({ awayMs, isCompared, changed, deleted }: Ended): void {
    const { log, actor } = this.#options
    const counts = { changed, deleted }
    const [action, detail] =
      awayMs === undefined
        ? ['peer.joined', counts]
        : ['peer.returned', { awayMs: Math.round(awayMs), isCompared, ...counts }]
    log.info(detail, 'this peer has all records of the others')
    this.#append({ actor, action, target: this.#self, detail })
  }

  get #self() {
    const { id, name } = this.#options.actor
    return { kind: 'peer', id, name }
  }

  #append(body: StreamBodies['audit'], subject: string = this.#options.actor.id): void {
    const { records, log } = this.#options
    const change: Change = { op: 'append', stream: 'audit', subject, body }
    records
      .transact(() => ({ changes: [change], result: undefined }))
      .catch((err: unknown) => log.warn({ err }, 'what happened between two peers was not kept'))
  }
}
