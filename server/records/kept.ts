// Between a stored row and the one that is kept in memory. What this version can read becomes values; the rest is
// carried along as it came: unknown kinds and groups, groups that do not fit their schema, and those of the far future.

import type { Log } from '../store/log.ts'
import type { ParkedGroup, StoredGroup, StoredName, StoredRow } from '../store/store.ts'
import { CLAIM_KIND } from '../store/store.ts'
import type { Kind } from './kinds.ts'
import type { Aside, KeptClaim, KeptRow } from './layer.ts'
import type { Dot, Version } from './records.ts'
import { groupSchema, isKind } from './schemas.ts'
import { restoreGroup } from './value.ts'
import { compareVersions } from './version.ts'

/** Writable while a row is being put together. */
interface Draft {
  readonly groups: Record<string, unknown>
  readonly versions: Record<string, Version>
  /** Most rows have none of these, and a start reads a hundred thousand. */
  unknown?: Record<string, Uint8Array>
  past?: Record<string, readonly Dot[]>
  aside?: Record<string, Aside>
  last?: Version
}

/** `parked` are groups of the far future. A row that cannot be read is hidden; `onHidden` hears why. */
export function keep(
  { kind, id, birth, groups }: StoredRow,
  parked: readonly StoredGroup[],
  onHidden: (error: unknown) => void,
): KeptRow {
  const draft: Draft = { groups: {}, versions: {} }
  if (isKind(kind)) {
    try {
      for (const group of groups) read(kind, group, draft)
      for (const group of parked) setAside(draft, { group, isParked: true })
      if (draft.last) return frozen({ kind, id, birth }, draft)
    } catch (error) {
      onHidden(error)
    }
  }
  const asides = [
    ...groups.map((group) => ({ group, isParked: false })),
    ...parked.map((group) => ({ group, isParked: true })),
  ]
  const aside = Object.fromEntries(asides.map((one) => [one.group.name, Object.freeze(one)]))
  const none = Object.freeze({})
  const shown = { groups: none, versions: none, aside: Object.freeze(aside) }
  return Object.freeze({
    kind: kind as Kind,
    id,
    birth: Object.freeze(birth),
    ...shown,
    isHidden: true,
  })
}

export const hiding =
  ({ kind, id }: { readonly kind: string; readonly id: string }, log: Log) =>
  (err: unknown): void =>
    log.error({ kind, id, err }, 'hiding a row that is not valid')

function read(kind: Kind, group: StoredGroup, draft: Draft): void {
  const { name, body, version, past } = group
  const schema = groupSchema(kind, name)
  if (!schema) {
    setAside(draft, { group, isParked: false })
    return
  }
  const checked = restoreGroup(schema, `${kind}.${name}`, body, group.unknown)
  draft.groups[name] = checked.value
  draft.versions[name] = shared(version, draft)
  if (checked.unknown) {
    draft.unknown ??= {}
    draft.unknown[name] = checked.unknown
  }
  if (past) {
    draft.past ??= {}
    draft.past[name] = past
  }
}

function setAside(draft: Draft, aside: Aside): void {
  draft.aside ??= {}
  draft.aside[aside.group.name] = Object.freeze(aside)
}

/** Groups written together share one version object: a row of six keeps one. */
function shared(version: Version, draft: Draft): Version {
  const { last } = draft
  if (last && compareVersions(last, version) === 0) return last
  draft.last = Object.freeze(version)
  return version
}

function frozen(name: { kind: Kind; id: string; birth: Dot }, draft: Draft): KeptRow {
  const { groups, versions, unknown, past, aside } = draft
  return Object.freeze({
    ...name,
    birth: Object.freeze(name.birth),
    groups: Object.freeze(groups),
    versions: Object.freeze(versions),
    ...(unknown && { unknown: Object.freeze(unknown) }),
    ...(past && { past: Object.freeze(past) }),
    ...(aside && { aside: Object.freeze(aside) }),
  })
}

/** One group as it is stored and sent; a parked one wins over what is shown. */
export function storedGroup(row: KeptRow, name: string): StoredGroup | undefined {
  return row.aside?.[name]?.group ?? shownGroup(row, name)
}

export function shownGroup(row: KeptRow, name: string): StoredGroup | undefined {
  const version = row.versions[name]
  if (!version) return undefined
  const unknown = row.unknown?.[name]
  const past = row.past?.[name]
  return { name, body: JSON.stringify(row.groups[name]), unknown, version, ...(past && { past }) }
}

/** The whole row, as others are sent it. */
export function storedRow(row: KeptRow): StoredRow {
  const names = new Set([...Object.keys(row.versions), ...Object.keys(row.aside ?? {})])
  const groups = [...names].flatMap((name) => storedGroup(row, name) ?? [])
  return { kind: row.kind, id: row.id, birth: row.birth, groups }
}

/** The stamps by which a row is compared with others', parked ones too. */
export function stampsOf(row: KeptRow): Readonly<Record<string, Version>> {
  if (!row.aside) return row.versions
  const aside = Object.entries(row.aside).map(([name, { group }]) => [name, group.version] as const)
  return { ...row.versions, ...Object.fromEntries(aside) }
}

export function parkedIn(row: KeptRow): ParkedGroup[] {
  const { kind, id } = row
  const all = Object.values(row.aside ?? {})
  return all.flatMap(({ group, isParked }) => (isParked ? [{ kind, id, group }] : []))
}

export const nameOfClaim = ({ claim, birth }: KeptClaim): StoredName => ({
  kind: CLAIM_KIND,
  id: claim,
  birth,
})
