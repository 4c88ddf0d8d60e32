// What becomes of two writes of one group that did not know of each other: one table for all kinds. Which of the two
// stays is always the stamp's to say, in every version of Skein, so that peers that do not know a policy yet agree with
// those that do. A policy works before, by the stamp's epoch, or after, by a value that is written anew.
//
// Body are JSON of known kinds, but they come from elsewhere: whatever does not have the form that a policy expects is
// left to the stamp.

import { roles } from '#protocol/api/people.ts'
import { shareLevels, visibilities } from '#protocol/api/sharing-names.ts'
import { joinMarks, type Marks } from '../../records/marks.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * `last`: the later write stays. `fenced`: the value's own epoch leads the stamp, so that whoever was displaced loses
 * however late it writes. `least`: rights that either took away stay taken away.
 */
export type PolicyName = 'last' | 'fenced' | 'least'

interface Policy {
  readonly name: PolicyName
  /** The epoch of a write's stamp. */
  readonly epoch?: (value: Fields) => number
  /** What holds when both were written without knowing of each other. */
  readonly both?: (later: Fields, earlier: Fields) => Fields
}

const last: Policy = { name: 'last' }

/** Every other group is `last`; claims are the earliest's; streams are unions; what was deleted stays deleted. */
const table: Readonly<Record<string, Readonly<Record<string, Policy>>>> = {
  user: {
    access: { name: 'least', both: leastAccess },
    roles: marks('roles'),
    quota: { name: 'least', both: leastQuota },
  },
  group: {
    members: marks('people'),
    managers: marks('people'),
    roles: marks('roles'),
    quota: { name: 'least', both: leastQuota },
  },
  role: { permissions: marks('actions') },
  credential: { use: { name: 'least', both: latestUse }, recovery: marks('codes') },
  space: {
    people: marks('users', 'groups'),
    sharing: { name: 'least', both: leastSharing },
    runtime: { name: 'fenced', epoch: (value) => wholeNumber(value.epoch) },
  },
}

export function policyName(kind: string, group: string): PolicyName {
  return policyOf(kind, group).name
}

/**
 * The epoch with which a value is stamped when it is written over one of epoch `held` (0 when there is none). Never
 * lower than that: a write that is made upon another supersedes it.
 */
export function stampEpoch(kind: string, group: string, value: unknown, held: number): number {
  const { epoch } = policyOf(kind, group)
  return Math.max(held, epoch && isFields(value) ? epoch(value) : 0)
}

/** The value that must be written in place of the later of two that did not know of each other; nothing if that is it. */
export function mend(
  kind: string,
  group: string,
  later: string,
  earlier: string,
): string | undefined {
  const { both } = policyOf(kind, group)
  if (!both) return undefined
  const [a, b] = [parsed(later), parsed(earlier)]
  if (!a || !b) return undefined
  const mended = JSON.stringify(both(a, b))
  return mended === JSON.stringify(a) ? undefined : mended
}

function policyOf(kind: string, group: string): Policy {
  const groups = Object.hasOwn(table, kind) ? table[kind] : undefined
  return (groups && Object.hasOwn(groups, group) ? groups[group] : undefined) ?? last
}

/** Disabled by either, the lower role, the higher epoch: old sessions end for both reasons. */
function leastAccess(later: Fields, earlier: Fields): Fields {
  return {
    ...later,
    role: lesser<unknown>(roles.toReversed(), later.role, earlier.role),
    disabled: later.disabled === true || earlier.disabled === true,
    epoch: Math.max(wholeNumber(later.epoch), wholeNumber(earlier.epoch)),
  }
}

/** Sets whose removals win; what a key is in as is the lesser of the two (records/marks.ts). */
function marks(...fields: readonly string[]): Policy {
  const both = (later: Fields, earlier: Fields): Fields => {
    const joined = fields.flatMap((field) => {
      const [a, b] = [later[field], earlier[field]]
      if (!isMarks(a) || !isMarks(b)) return []
      return [[field, joinMarks(a, b, shareLevels)] as const]
    })
    return { ...later, ...Object.fromEntries(joined) }
  }
  return { name: 'least', both }
}

const isMarks = (value: unknown): value is Marks =>
  isFields(value) &&
  Object.values(value).every((mark) => isFields(mark) && Number.isInteger(mark.n))

/** Of each limit the lower one; what only one of them limits stays limited. */
function leastQuota(later: Fields, earlier: Fields): Fields {
  const limits = Object.entries(earlier).map(([name, limit]) => {
    const other = later[name]
    return [name, typeof other === 'number' && other < Number(limit) ? other : limit] as const
  })
  return { ...later, ...Object.fromEntries(limits) }
}

/** A code that either has seen is used. */
function latestUse(later: Fields, earlier: Fields): Fields {
  return wholeNumber(earlier.step) > wholeNumber(later.step) ? { ...later, ...earlier } : later
}

/** Ports that both share, each as openly as the more careful of the two, with whom both let in. */
function leastSharing(later: Fields, earlier: Fields): Fields {
  if (!isFields(later.ports) || !isFields(earlier.ports)) return later
  const ports: Record<string, unknown> = {}
  for (const [port, mine] of Object.entries(later.ports)) {
    const other = Object.hasOwn(earlier.ports, port) ? earlier.ports[port] : undefined
    if (isFields(mine) && isFields(other)) ports[port] = leastPort(mine, other)
  }
  return { ...later, ports }
}

function leastPort(later: Fields, earlier: Fields): Fields {
  const people = Array.isArray(earlier.people) ? new Set<unknown>(earlier.people) : new Set()
  return {
    ...later,
    visibility: lesser<unknown>(visibilities, later.visibility, earlier.visibility),
    people: Array.isArray(later.people) ? later.people.filter((one) => people.has(one)) : [],
  }
}

/** The earlier in `order`; what is not in it is of a newer version, and is nobody's to judge: then the first. */
function lesser<T>(order: readonly T[], a: T, b: T): T {
  const [at, other] = [order.indexOf(a), order.indexOf(b)]
  return other >= 0 && at > other ? b : a
}

const wholeNumber = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parsed(body: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}
