// What one person's spaces may take together, and what they take. A person's own limit counts; where there is none, the
// highest of their groups; where they have none either, nothing limits but the server's guard against runaway scripts.
// Each peer reckons with what it knows: two that are asked in the same moment, or are cut off from one another, may
// together give more. Nothing is taken back for that; the next start is refused.

import type { Quota } from '#protocol/api/people.ts'
import { type QuotaName, quotaNames } from '#protocol/api/quota-names.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { SpaceId, UserId } from '#protocol/ids.ts'
import { groupsOf } from '../identity/subject.ts'
import type { KindGroups } from '../records/kinds.ts'
import type { Row, View } from '../records/records.ts'
import type { Templates } from '../templates/templates.ts'
import { demandOf } from './host-states.ts'

type Spec = KindGroups['space']['spec']
type Seen = Pick<View, 'get' | 'list'>
export type Used = Readonly<Record<QuotaName, number>>

/** Throws a quota's code where the person may not have this space as well. */
export type QuotaCheck = (view: View, ownerId: UserId, row: Row<'space'>) => void

/** A space that shall be there besides what is, or run besides what does. */
export interface Asking {
  readonly id: SpaceId
  readonly spec: Spec | undefined
  /** Not one that its owner has already. */
  readonly isNew: boolean
  readonly runs: boolean
}

export function quotaOf(view: Seen, userId: UserId): Quota {
  const own = view.get('user', userId)?.groups.quota ?? {}
  const groups = groupsOf(view, userId).map((group) => group.groups.quota ?? {})
  const limits = quotaNames.flatMap((name) => {
    const given = groups.flatMap((quota) => quota[name] ?? [])
    const limit = own[name] ?? (given.length > 0 ? Math.max(...given) : undefined)
    return limit === undefined ? [] : [[name, limit] as const]
  })
  return Object.fromEntries(limits)
}

/** What a person's spaces take; `but` is left out. */
export function usedBy(
  view: Seen,
  templates: Pick<Templates, 'parsed'>,
  ownerId: UserId,
  but?: SpaceId,
): Used {
  const rows = view.list('space', { ownerId }).filter(({ id }) => id !== but)
  const running = rows.filter(({ groups }) => groups.desired?.state === 'running')
  const demands = running.map(({ groups }) => demandOf(templates, groups.spec))
  return {
    spaces: rows.length,
    running: running.length,
    cpus: demands.reduce((sum, { cpus }) => sum + cpus, 0),
    memoryBytes: demands.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
  }
}

const codes = {
  spaces: 'quota_spaces',
  running: 'quota_running',
  cpus: 'quota_cpus',
  memoryBytes: 'quota_memory',
} as const satisfies Record<QuotaName, string>

/** Throws `quota_spaces`, `quota_running`, `quota_cpus` or `quota_memory`. */
export function assertQuota(
  view: Seen,
  templates: Pick<Templates, 'parsed'>,
  ownerId: UserId,
  asking: Asking,
): void {
  const limits = quotaOf(view, ownerId)
  if (Object.keys(limits).length === 0) return
  const used = usedBy(view, templates, ownerId, asking.id)
  const { cpus, memoryBytes } = demandOf(templates, asking.spec)
  const spaces = asking.isNew ? 1 : 0
  const more = asking.runs
    ? { spaces, running: 1, cpus, memoryBytes }
    : { spaces, running: 0, cpus: 0, memoryBytes: 0 }
  for (const name of quotaNames) {
    const limit = limits[name]
    // What is not asked for more of is not refused, even where a limit was lowered below it.
    if (limit === undefined || more[name] === 0 || used[name] + more[name] <= limit) continue
    throw new SkeinError(codes[name], { limit: shown(name, limit), used: shown(name, used[name]) })
  }
}

const GIB = 1024 ** 3

const shown = (name: QuotaName, amount: number): string =>
  name === 'memoryBytes' ? `${Math.round((amount / GIB) * 100) / 100} GiB` : String(amount)
