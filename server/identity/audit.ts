// What is written down of every act that changes who may do what, in the same transaction as the act itself.

import type { AuditCredential, AuditEvent } from '#protocol/api/audit.ts'
import type { Id, TokenId } from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import { CHECKPOINT_ACTION } from '../audit/checkpoint.ts'
import type { Change, StreamEntry } from '../records/records.ts'

/** Who acts, and from where. */
export interface By {
  readonly actor: Actor
  readonly address: string
  /** The token that spoke for the actor, if one did. */
  readonly tokenId?: TokenId
  /** By what the actor was known: a browser's session, a token, or an SSH key. */
  readonly credential?: AuditCredential
}

/** Whoever wishes something: a person with where they come from, or a part of Skein that acts by itself. */
export type Doer = Actor | By

/** What an entry says of whoever acts. */
export interface Came {
  readonly actor: Actor
  readonly address?: string
  readonly credential?: AuditCredential
}

export function cameFrom(doer: Doer): Came {
  if (!('actor' in doer)) return { actor: doer }
  const { actor, address, credential } = doer
  return { actor, address, ...(credential && { credential }) }
}

/** What a change was made from and to, of the fields that it changed; `null` for what was not there. */
export interface Changed {
  readonly before: Readonly<Record<string, unknown>>
  readonly after: Readonly<Record<string, unknown>>
}

/** Of two states only the fields that differ. */
export function changed(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Changed {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  )
  const those = (of: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(names.map((name) => [name, of[name] ?? null]))
  return { before: those(before), after: those(after) }
}

/** Of what is made: nothing was there. */
export const begun = (after: Changed['after']): Changed => ({ before: {}, after })

/** Of what ends: nothing is left. */
export const ended = (before: Changed['before']): Changed => ({ before, after: {} })

export interface Target {
  readonly kind: string
  readonly id: Id
  readonly name: string
}

/** One audit entry as a change of the transaction that it tells of. */
export function audited(
  by: By,
  action: string,
  target: Target,
  detail?: Record<string, unknown>,
  change?: Changed,
): Change {
  const all = { ...detail, ...(by.tokenId !== undefined && { tokenId: by.tokenId }) }
  const said = Object.keys(all).length > 0 && { detail: all }
  const { credential } = by
  const body = {
    ...{ actor: by.actor, action, target, address: by.address },
    ...{ ...(credential && { credential }), ...said, ...change },
  }
  return { op: 'append', stream: 'audit', subject: target.id, body }
}

/** The database that wrote an entry: its id is the origin, the transaction and the place in that. */
export const originOf = (entryId: string): string => entryId.split('-').slice(0, -2).join('-')

/** Of a checkpoint without the marks and the signature, which are for `GET /audit/verify` alone. */
export function showAudit({ id, at, body }: StreamEntry<'audit'>): AuditEvent {
  const shown = { id, at: new Date(at).toISOString(), ...body, origin: originOf(id) }
  if (body.action !== CHECKPOINT_ACTION) return shown
  const { count, sealed, hash } = body.detail ?? {}
  return { ...shown, detail: { count, sealed, hash } }
}
