// From a batch to the arguments of commit.lua: for each thing an operation, a name and a packed list. Their order is the
// store's: a claim may be released and claimed again in one batch.

import {
  type Batch,
  CLAIM_KIND,
  type Meta,
  type ParkedGroup,
  type StoredClaim,
  type StoredEntry,
  type StoredGroup,
  type StoredName,
  type StoredRow,
  type StoredTombstone,
} from '../store.ts'
import {
  claimName,
  dotText,
  floorName,
  goneText,
  heardName,
  padded,
  rowName,
  tombstoneName,
} from './names.ts'
import { packList } from './packed.ts'

export type Argument = string | Buffer
type Operation = readonly [name: string, target: string, packed: Argument]

/** Groups that are shown, and those that wait for their time. */
export const SHOWN = 'g'
export const PARKED = 'p'

/** Sets a missing field apart from an empty one. */
const PRESENT = '='

export function operationsOf(batch: Batch): Argument[] {
  const { revision } = batch.meta
  const operations = [
    ...batch.tombstones.flatMap(buried),
    ...(batch.gone ?? []).map((name) => forgotten('gone', targetOf(name), name)),
    ...batch.rows.map((one) => written(one, revision)),
    ...batch.claims.map(claimed),
    ...(batch.parked ?? []).map((one) => parked(one, revision)),
    ...batch.entries.map(entered),
    ...(batch.purged ?? []).map((name) => forgotten('purged', tombstoneName(name), name)),
    ...(batch.heard ?? []).map(({ origin, head, gaps }) => {
      const lows = JSON.stringify(gaps.map(({ low, high }) => [low, high]))
      return ['put', heardName(origin), packList([origin, String(head), lows])] as const
    }),
    ...(batch.floors ?? []).map(
      ({ origin, seq }) => ['floor', floorName(origin), packList([origin, String(seq)])] as const,
    ),
  ]
  return operations.flat()
}

/** As it is compared with what the database has. */
export const metaArguments = ({ origin, seq, hlc, revision }: Meta): string[] => [
  origin,
  String(seq),
  String(hlc),
  String(revision),
]

function buried({ kind, id, birth, dots, atMs }: StoredTombstone): Operation[] {
  const packed = packList([kind, id, dotText(birth), String(atMs), ...dots.map(dotText)])
  return [
    ['tombstone', tombstoneName({ kind, id, birth }), packed],
    ['drop', targetOf({ kind, id, birth }), ''],
  ]
}

function forgotten(how: 'gone' | 'purged', target: string, name: StoredName): Operation {
  return ['forget', target, goneText(how, name)]
}

function written({ kind, id, birth, groups }: StoredRow, revision: number): Operation {
  const fields = groups.flatMap((group) => [SHOWN, ...groupFields(group, revision)])
  return ['row', rowName(kind, id), packList([dotText(birth), ...fields])]
}

/** Beside what is shown, of a row whose birth stays as it is. */
function parked({ kind, id, group }: ParkedGroup, revision: number): Operation {
  return ['row', rowName(kind, id), packList(['', PARKED, ...groupFields(group, revision)])]
}

/** With the commit that wrote it, so that others are told of what changed alone. */
function groupFields(group: StoredGroup, revision: number) {
  const { name, body, unknown, version, past } = group
  const stamp = `${version.epoch}/${version.hlc}`
  const more = unknown ? Buffer.concat([Buffer.from(PRESENT), unknown]) : ''
  const seen = past ? JSON.stringify(past.map(({ origin, seq }) => [origin, seq])) : ''
  return [name, dotText(version), stamp, body, more, seen, String(revision)]
}

function claimed({ claim, holder, state, birth, version }: StoredClaim): Operation {
  const stamp = `${version.epoch}/${version.hlc}`
  const fields = [claim, holder, state, dotText(birth), dotText(version), stamp]
  return ['put', claimName(claim, birth), packList(fields)]
}

function entered(entry: StoredEntry): Operation {
  const { position, stream, subject, atMs, dot, index, body } = entry
  const fields = [stream, subject, padded(atMs), dotText(dot), padded(index), body]
  return ['entry', padded(position), packList(fields)]
}

function targetOf({ kind, id, birth }: StoredName): string {
  return kind === CLAIM_KIND ? claimName(id, birth) : rowName(kind, id)
}
