// The SSH keys that people registered. A key says who somebody is, so each belongs to one user: a claim on its
// fingerprint makes that so on every peer.

import type { SshKey } from '#protocol/api/access.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { SshKeyId, UserId } from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import type { Change, ClaimKey, Records, Row } from '../records/records.ts'
import { audited, type By, begun, ended } from './audit.ts'
import type { LastUse } from './last-use.ts'
import type { Subject } from './policy.ts'
import { cleanName, fingerprintOf, type PublicKey, parsePublicKey } from './public-key.ts'
import { actorOf } from './sessions.ts'
import { freshId, type Makers } from './settings.ts'
import { subjectOf } from './subject.ts'

/** A laptop or two, a phone, some robots; past it somebody collects. */
export const MAX_KEYS_PER_USER = 50

export interface NewKey {
  readonly id?: SshKeyId
  readonly line: string
  readonly name?: string | undefined
}

/** Whose an offered key is, and what they may. */
export interface KeyHolder extends Subject {
  readonly keyId: SshKeyId
  readonly fingerprint: string
  readonly actor: Actor
}

interface KeyParts extends Makers {
  readonly records: Records
  readonly lastUse: LastUse
}

export class SshKeys {
  readonly #parts: KeyParts

  constructor(parts: KeyParts) {
    this.#parts = parts
  }

  /**
   * Rejects with the codes of `parsePublicKey`, with `key_taken` (by whom is not said) and `too_many_keys`. The same
   * id again answers the key as it is.
   */
  async add(by: By, userId: UserId, { id: given, line, name = '' }: NewKey): Promise<SshKey> {
    const { records, clock } = this.#parts
    const key = parsePublicKey(line)
    const id = given ?? freshId<'sshKey'>(this.#parts)
    const body = {
      userId,
      name: cleanName(name) || key.comment || key.algorithm,
      algorithm: key.algorithm,
      blob: key.blob.toString('base64'),
      fingerprint: key.fingerprint,
      createdAt: clock.nowMs(),
    }
    await records.transact((view) => {
      if (isRepeated(view.get('sshKey', id), userId, key)) return { changes: [], result: undefined }
      if (view.holder(claimOf(key))) throw new SkeinError('key_taken')
      if (view.list('sshKey', { userId }).length >= MAX_KEYS_PER_USER) {
        throw new SkeinError('too_many_keys', { limit: MAX_KEYS_PER_USER })
      }
      const target = { kind: 'key', id, name: body.name }
      const changes: Change[] = [
        { op: 'create', kind: 'sshKey', id, groups: { body } },
        { op: 'claim', claim: claimOf(key), holder: id },
        audited(by, 'key.add', target, undefined, begun(told(body))),
      ]
      return { changes, result: undefined }
    })
    const [shown] = show(records.get('sshKey', id))
    if (!shown) throw new SkeinError('not_found', { thing: 'key' })
    return shown
  }

  list(userId: UserId): SshKey[] {
    return this.#parts.records.list('sshKey', { userId }).flatMap(show)
  }

  /** Removing it twice is the same as once. */
  async remove(by: By, id: SshKeyId): Promise<void> {
    await this.#parts.records.transact((view) => {
      const row = view.get('sshKey', id)
      if (!row) return { changes: [], result: undefined }
      const { body } = row.groups
      const target = { kind: 'key', id, name: body?.name ?? '' }
      const note = audited(by, 'key.remove', target, undefined, ended(told(body)))
      const changes = [...removal(row), note]
      return { changes, result: undefined }
    })
  }

  /** Whose the key is that somebody offers (as SSH sends it); nobody's when its owner is disabled. */
  find(blob: Uint8Array): KeyHolder | undefined {
    const { records } = this.#parts
    const fingerprint = fingerprintOf(blob)
    const keyId = records.holder(claimOf({ fingerprint })) as SshKeyId | undefined
    const body = keyId && records.get('sshKey', keyId)?.groups.body
    const user = body && records.get('user', body.userId)
    const access = user?.groups.access
    if (!keyId || !user || !access || access.disabled) return undefined
    return { ...subjectOf(records, user), keyId, fingerprint, actor: actorOf(user) }
  }

  /** To be called when the key has proved to be its holder's: an offered key alone is no use of it. */
  noteUse(id: SshKeyId): void {
    this.#parts.lastUse.note({ kind: 'sshKey', id })
  }
}

const claimOf = ({ fingerprint }: Pick<PublicKey, 'fingerprint'>): ClaimKey =>
  `ssh-key:${fingerprint}`

/** The changes that take a key away and let it be registered anew. */
export function removal({ id, groups }: Row<'sshKey'>): Change[] {
  const { fingerprint = '' } = groups.body ?? {}
  return [
    { op: 'release', claim: claimOf({ fingerprint }), holder: id },
    { op: 'delete', kind: 'sshKey', id },
  ]
}

function told(body: Row<'sshKey'>['groups']['body']): Record<string, unknown> {
  if (!body) return {}
  const { name, algorithm, fingerprint, userId } = body
  return { name, algorithm, fingerprint, userId }
}

function isRepeated(row: Row<'sshKey'> | undefined, userId: UserId, key: PublicKey): boolean {
  if (!row) return false
  const { body } = row.groups
  if (body?.userId === userId && body.fingerprint === key.fingerprint) return true
  throw new SkeinError('conflict', { thing: 'key' })
}

function show(row: Row<'sshKey'> | undefined): SshKey[] {
  const body = row?.groups.body
  if (!row || !body) return []
  const { name, algorithm, fingerprint } = body
  const createdAt = new Date(body.createdAt).toISOString()
  const used = row.groups.used && { lastUsedAt: new Date(row.groups.used.at).toISOString() }
  return [{ id: row.id, name, algorithm, fingerprint, createdAt, ...used }]
}
