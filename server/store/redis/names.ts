// Under which names things stand in Redis. All keys of one database have the same part within braces, and so one slot. A
// name within a key is JSON, which no character of a kind or an id can break out of.

import { z } from 'zod'
import type { Dot } from '../../records/records.ts'
import type { StoredName } from '../store.ts'

/** Digits of the largest safe integer: texts of numbers are then in the order of the numbers. */
const DIGITS = 16

export interface Keys {
  readonly meta: string
  /** Hash: rows, claims, tombstones, what was heard, floors; each a packed list. */
  readonly elements: string
  /** Sorted set: the same names by the commit that wrote them last. */
  readonly revisions: string
  /** Sorted by text: `origin/seq/name` of every transaction that something is left of. */
  readonly dots: string
  /** Hash: entries of streams by their place. */
  readonly entries: string
  /** Sorted by text: the entries of each stream, and of each subject, age and origin in it. */
  readonly order: string
  /** Hash: by revision who made it. */
  readonly commits: string
  /** Sorted set: what went without a tombstone, by the commit that removed it. */
  readonly gone: string
}

export function keysOf(name: string): Keys {
  const key = (what: keyof Keys) => `{skein:${name}}:${what}`
  return {
    meta: key('meta'),
    elements: key('elements'),
    revisions: key('revisions'),
    dots: key('dots'),
    entries: key('entries'),
    order: key('order'),
    commits: key('commits'),
    gone: key('gone'),
  }
}

export const padded = (number: number): string => String(number).padStart(DIGITS, '0')
export const dotText = ({ origin, seq }: Dot): string => `${origin}/${padded(seq)}`

export function dotOf(text: string): Dot {
  const at = text.lastIndexOf('/')
  return { origin: text.slice(0, at), seq: Number(text.slice(at + 1)) }
}

/** The first character of an element's name. */
export const ELEMENT = { row: 'r', claim: 'c', tombstone: 't', heard: 'h', floor: 'f' } as const

export const rowName = (kind: string, id: string): string =>
  `${ELEMENT.row}${JSON.stringify([kind, id])}`
export const claimName = (claim: string, birth: Dot): string =>
  `${ELEMENT.claim}${JSON.stringify([claim, birth.origin, birth.seq])}`
export const tombstoneName = ({ kind, id, birth }: StoredName): string =>
  `${ELEMENT.tombstone}${JSON.stringify([kind, id, birth.origin, birth.seq])}`
export const heardName = (origin: string): string => `${ELEMENT.heard}${JSON.stringify([origin])}`
export const floorName = (origin: string): string => `${ELEMENT.floor}${JSON.stringify([origin])}`

const goneSchema = z.tuple([z.string(), z.string(), z.string(), z.number()])

/** Kind and id. By hand: a load asks it a hundred thousand times. */
export function rowOf(name: string): readonly [kind: string, id: string] {
  const parts: unknown = JSON.parse(name.slice(1))
  const [kind, id] = Array.isArray(parts) ? parts : []
  if (typeof kind !== 'string' || typeof id !== 'string') throw new TypeError('no name of a row')
  return [kind, id]
}

/** How a thing went: `gone` takes the row or claim, `purged` its tombstone. */
export const GONE = { gone: 'g', purged: 'p' } as const

export const goneText = (how: keyof typeof GONE, { kind, id, birth }: StoredName): string =>
  `${GONE[how]}${JSON.stringify([kind, id, birth.origin, birth.seq])}`

export function goneName(text: string): StoredName {
  const [kind, id, origin, seq] = goneSchema.parse(JSON.parse(text.slice(1)))
  return { kind, id, birth: { origin, seq } }
}

/** The parts of `order`, each up to the slash. */
const ofStream = (stream: string): string => `${Buffer.byteLength(stream)}:${stream}`
export const ORDER = {
  stream: (stream: string): string => `s${ofStream(stream)}/`,
  subject: (stream: string, subject: string): string => `u${ofStream(stream)}${ofStream(subject)}/`,
  age: (stream: string): string => `a${ofStream(stream)}/`,
  origin: (stream: string, origin: string): string => `d${ofStream(stream)}/${origin}/`,
} as const
