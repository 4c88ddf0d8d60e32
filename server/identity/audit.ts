// What is written down of every act that changes who may do what, in the same transaction as the act itself.

import type { AuditEvent } from '#protocol/api/people.ts'
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
}

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
): Change {
  const all = { ...detail, ...(by.tokenId !== undefined && { tokenId: by.tokenId }) }
  const said = Object.keys(all).length > 0 && { detail: all }
  const body = { actor: by.actor, action, target, address: by.address, ...said }
  return { op: 'append', stream: 'audit', subject: target.id, body }
}

/** Of a checkpoint without the marks and the signature, which are for `GET /audit/verify` alone. */
export function showAudit({ id, at, body }: StreamEntry<'audit'>): AuditEvent {
  const shown = { id, at: new Date(at).toISOString(), ...body }
  if (body.action !== CHECKPOINT_ACTION) return shown
  const { count, sealed, hash } = body.detail ?? {}
  return { ...shown, detail: { count, sealed, hash } }
}
