// Second factors: six digits from a phone (TOTP, RFC 6238) and recovery codes for when it is lost. A code is good once,
// on whichever peer: the latest time step that was used is a record. Each is a row of the kind `credential`, whose `type`
// leaves room for others, such as passkeys; those of types that this version does not know are kept and not asked for.

import { createHmac } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import type { Enrolment, Factor } from '#protocol/api/factors.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { CredentialId, SessionId, UserId } from '#protocol/ids.ts'
import { isIn, keysIn, marked, unmarked } from '../records/marks.ts'
import type { Change, Records, Row, View } from '../records/records.ts'
import { audited, type By } from './audit.ts'
import { seal, unseal } from './sealed.ts'
import { freshId, type Makers } from './settings.ts'

/** RFC 4226, section 4: 160 bits. */
const SECRET_BYTES = 20
/** What authenticators take for granted (RFC 6238, 1.2 and 5.2). */
const PERIOD_SECONDS = 30
const DIGITS = 6
/** Clocks of phones are a little off, and people type slowly: one step to either side (RFC 6238, 5.2). */
const WINDOW_STEPS = 1
const RECOVERY_CODES = 10
/** 50 bits each, in ten characters that nobody mistakes for one another (Crockford’s base 32). */
const RECOVERY_CHARS = 10
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const HASH_CHARS = 43
const ISSUER = 'Skein'

/** What a valid code changes, and whether it still was that peer's to take. */
export interface Proof {
  readonly changes: readonly Change[]
  stands(view: Pick<View, 'get'>): boolean
}

interface FactorParts extends Makers {
  readonly records: Records
  /** From the cluster's secret file. */
  readonly key: Buffer
}

export class Factors {
  readonly #parts: FactorParts

  constructor(parts: FactorParts) {
    this.#parts = parts
  }

  /** Whether a password alone is not enough. */
  isNeeded(userId: UserId): boolean {
    return confirmed(this.#parts.records, userId) !== undefined
  }

  show(userId: UserId): Factor | undefined {
    const row = confirmed(this.#parts.records, userId)
    const at = row?.groups.confirmed?.at
    if (!row || at === undefined) return undefined
    const recoveryLeft = keysIn(row.groups.recovery?.codes).length
    return { type: 'totp', since: new Date(at).toISOString(), recoveryLeft }
  }

  /** Begins anew each time; nothing is asked for until a code has confirmed it. Rejects with `factor_there`. */
  async enrol(userId: UserId): Promise<Enrolment> {
    const { records, random, clock } = this.#parts
    const id = freshId<'credential'>(this.#parts)
    const secret = new Secret({ buffer: Uint8Array.from(random(SECRET_BYTES)).buffer })
    const sealed = seal(secret.base32, boundTo(id, userId), this.#parts.key, random)
    const createdAt = clock.nowMs()
    const username = await records.transact((view) => {
      const user = view.get('user', userId)
      if (!user) throw new SkeinError('not_signed_in')
      if (confirmed(view, userId)) throw new SkeinError('factor_there')
      const body = { userId, type: 'totp', name: 'Authenticator', createdAt, secret: sealed }
      const changes: Change[] = [
        ...view.list('credential', { userId }).filter(isTotp).map(endCredential),
        { op: 'create', kind: 'credential', id, groups: { body } },
      ]
      return { changes, result: user.groups.profile?.username ?? userId }
    })
    const uri = new TOTP({ ...totpOptions(secret), issuer: ISSUER, label: username }).toString()
    return { secret: secret.base32, uri }
  }

  /** Answers the recovery codes, once. Rejects with `factor_missing`, `factor_there` or `second_factor_wrong`. */
  async confirm(by: By, userId: UserId, code: string): Promise<readonly string[]> {
    const codes = this.#newCodes()
    const at = this.#parts.clock.nowMs()
    await this.#parts.records.transact((view) => {
      if (confirmed(view, userId)) throw new SkeinError('factor_there')
      const row = view.list('credential', { userId }).find(isTotp)
      if (!row) throw new SkeinError('factor_missing')
      const step = this.#stepOf(row, code)
      if (step === undefined) throw new SkeinError('second_factor_wrong')
      const recovery = { codes: this.#hashes(userId, codes) }
      const changes: Change[] = [
        { op: 'set', kind: 'credential', id: row.id, group: 'confirmed', value: { at } },
        { op: 'set', kind: 'credential', id: row.id, group: 'use', value: { step, by: '' } },
        { op: 'set', kind: 'credential', id: row.id, group: 'recovery', value: recovery },
        audited(by, 'factor.confirm', targetOf(row)),
      ]
      return { changes, result: undefined }
    })
    return codes
  }

  /** New codes in place of those of before. Rejects with `factor_missing`. */
  async renewCodes(by: By, userId: UserId): Promise<readonly string[]> {
    const codes = this.#newCodes()
    await this.#parts.records.transact((view) => {
      const row = confirmed(view, userId)
      if (!row) throw new SkeinError('factor_missing')
      const held = row.groups.recovery?.codes ?? {}
      const gone = keysIn(held).reduce(unmarked, held)
      const value = { codes: { ...gone, ...this.#hashes(userId, codes) } }
      const changes: Change[] = [
        { op: 'set', kind: 'credential', id: row.id, group: 'recovery', value },
        audited(by, 'factor.codes', targetOf(row)),
      ]
      return { changes, result: undefined }
    })
    return codes
  }

  /** By whoever it is themselves, or an administrator for who has lost phone and codes. Twice is the same as once. */
  async remove(by: By, userId: UserId): Promise<void> {
    await this.#parts.records.transact((view) => {
      const rows = view.list('credential', { userId }).filter(isTotp)
      const [row] = rows
      if (!row) return { changes: [], result: undefined }
      const changes = [...rows.map(endCredential), audited(by, 'factor.remove', targetOf(row))]
      return { changes, result: undefined }
    })
  }

  /** What uses the code up. Throws `second_factor_wrong`, also for one that was used before, here or elsewhere. */
  use(view: View, userId: UserId, code: string, sessionId: SessionId): Proof {
    const row = confirmed(view, userId)
    const proof =
      row && (this.#byStep(row, code, sessionId) ?? this.#byRecovery(row, userId, code, sessionId))
    if (!proof) throw new SkeinError('second_factor_wrong')
    return proof
  }

  #byStep(row: Row<'credential'>, code: string, by: SessionId): Proof | undefined {
    const step = this.#stepOf(row, code)
    if (step === undefined || step <= (row.groups.use?.step ?? 0)) return undefined
    const { id } = row
    const value = { step, by }
    return {
      changes: [{ op: 'set', kind: 'credential', id, group: 'use', value }],
      stands: (view) => isBy(view, id, by),
    }
  }

  #byRecovery(
    row: Row<'credential'>,
    userId: UserId,
    code: string,
    by: SessionId,
  ): Proof | undefined {
    const hash = this.#hash(userId, code)
    const codes = row.groups.recovery?.codes
    if (!codes || !isIn(codes, hash)) return undefined
    const recovery = { codes: unmarked(codes, hash) }
    const use = { step: row.groups.use?.step ?? 0, by }
    const { id } = row
    return {
      changes: [
        { op: 'set', kind: 'credential', id, group: 'recovery', value: recovery },
        { op: 'set', kind: 'credential', id, group: 'use', value: use },
      ],
      stands: (view) => isBy(view, id, by),
    }
  }

  /** The time step that the code is of. */
  #stepOf({ id, groups: { body } }: Row<'credential'>, code: string): number | undefined {
    const text = body && unseal(body.secret, boundTo(id, body.userId), this.#parts.key)
    const token = code.replace(/\s/g, '')
    if (text === undefined || !/^\d{6}$/.test(token)) return undefined
    const timestamp = this.#parts.clock.nowMs()
    const totp = new TOTP(totpOptions(Secret.fromBase32(text)))
    const delta = totp.validate({ token, timestamp, window: WINDOW_STEPS })
    return delta === null ? undefined : Math.floor(timestamp / 1000 / PERIOD_SECONDS) + delta
  }

  #newCodes(): string[] {
    return Array.from({ length: RECOVERY_CODES }, () => {
      const bytes = this.#parts.random(RECOVERY_CHARS)
      const letters = Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length] ?? '').join('')
      return `${letters.slice(0, RECOVERY_CHARS / 2)}-${letters.slice(RECOVERY_CHARS / 2)}`
    })
  }

  #hashes(userId: UserId, codes: readonly string[]) {
    return codes
      .map((code) => this.#hash(userId, code))
      .reduce((all, hash) => marked(all, hash), {})
  }

  /** Keyed, so that a copy of the database alone is no way to try codes. */
  #hash(userId: UserId, code: string): string {
    const plain = code.toLowerCase().replace(/[^0-9a-z]/g, '')
    const mac = createHmac('sha256', this.#parts.key).update(`recovery ${userId} ${plain}`)
    return mac.digest('base64url').slice(0, HASH_CHARS)
  }
}

/** Of two peers that took one code in the same moment, one write stays. */
const isBy = (view: Pick<View, 'get'>, id: CredentialId, by: SessionId): boolean =>
  view.get('credential', id)?.groups.use?.by === by

const totpOptions = (secret: Secret) => ({
  secret,
  digits: DIGITS,
  period: PERIOD_SECONDS,
  algorithm: 'SHA1',
})

const isTotp = ({ groups: { body } }: Row<'credential'>): boolean => body?.type === 'totp'

export const endCredential = ({ id }: Row<'credential'>): Change => ({
  op: 'delete',
  kind: 'credential',
  id,
})

/** Ids sort by age: two that were set up on two sides at once are one to everybody. */
function confirmed(view: Pick<View, 'list'>, userId: UserId): Row<'credential'> | undefined {
  const rows = view.list('credential', { userId })
  const [first] = rows
    .filter((row) => isTotp(row) && row.groups.confirmed !== undefined)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  return first
}

const boundTo = (id: CredentialId, userId: UserId): string => `credential ${id} of ${userId}`

const targetOf = ({ groups: { body }, id }: Row<'credential'>) => ({
  kind: 'user',
  id: body?.userId ?? id,
  name: body?.type ?? '',
})
