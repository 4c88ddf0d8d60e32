// Variables and secrets: set, listed and removed by scope, and read for a space that starts. Both are sealed with a key
// from the cluster's secret file; whether one is a secret is a part of what its seal is bound to, so that nobody who can
// write to a database makes a secret into something that the API shows.

import { MIN_SECRET_CHARS, VARIABLE_NAME } from '#protocol/api/variable-limits.ts'
import type { SetVariable, Variable } from '#protocol/api/variables.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { Id, UserId, VariableId } from '#protocol/ids.ts'
import { audited, type By, type Target } from '../identity/audit.ts'
import { seal, unseal } from '../identity/sealed.ts'
import { freshId, type Makers } from '../identity/settings.ts'
import type { Change, Records, Row } from '../records/records.ts'
import type { StoredValues, ValueAsk, ValueProvider } from '../templates/values.ts'
import { endVariable, rowsOf } from './end.ts'
import { EVERYBODY, ownersFor } from './scope.ts'

/** Of one scope: they go with their group in one transaction (`MAX_CHANGES`). */
export const MAX_VARIABLES = 80

interface VariableParts extends Makers {
  readonly records: Records
  /** From the cluster's secret file. */
  readonly key: Buffer
}

/** Whose variables: with what the audit calls it. */
export type Shelf = Target

export const serverShelf: Shelf = { kind: 'server', id: EVERYBODY, name: 'server' }

export class Variables implements ValueProvider {
  readonly #parts: VariableParts

  constructor(parts: VariableParts) {
    this.#parts = parts
  }

  /** By name. */
  list(ownerId: Id): Variable[] {
    const { records } = this.#parts
    const names = new Map(rowsOf(records, ownerId).map((row) => [row.groups.body?.name ?? '', row]))
    return [...names.values()].map((row) => this.#show(row)).sort((a, b) => compare(a.name, b.name))
  }

  /** Rejects with `variable_name`, `secret_short`, `value_is_secret` or `too_large`. */
  async set(by: By, shelf: Shelf, name: string, wish: SetVariable): Promise<Variable> {
    const { value, isSecret = false } = wish
    assertFit(name, value, isSecret)
    const fresh = freshId<'variable'>(this.#parts)
    await this.#parts.records.transact((view) => {
      const rows = rowsOf(view, shelf.id)
      const held = rows.filter((row) => row.groups.body?.name === name)
      const row = held.at(-1)
      if (row?.groups.value?.isSecret && !isSecret)
        throw new SkeinError('value_is_secret', { name })
      if (!row && rows.length >= MAX_VARIABLES) {
        throw new SkeinError('too_large', { thing: 'list of variables', limit: `${MAX_VARIABLES}` })
      }
      const id = row?.id ?? fresh
      const sealed = this.#sealed(id, value, isSecret, by, row)
      const changes: Change[] = [
        row
          ? { op: 'set', kind: 'variable', id, group: 'value', value: sealed }
          : { op: 'create', kind: 'variable', id, groups: this.#made(shelf, name, sealed) },
        ...held.slice(0, -1).map(endVariable),
        audited(by, 'variable.set', shelf, { variable: name, isSecret }),
      ]
      return { changes, result: undefined }
    })
    const shown = this.list(shelf.id).find((one) => one.name === name)
    if (!shown) throw new SkeinError('not_found', { thing: 'variable' })
    return shown
  }

  /** Twice is the same as once. */
  async remove(by: By, shelf: Shelf, name: string): Promise<void> {
    await this.#parts.records.transact((view) => {
      const held = rowsOf(view, shelf.id).filter((row) => row.groups.body?.name === name)
      if (held.length === 0) return { changes: [], result: undefined }
      const note = audited(by, 'variable.remove', shelf, { variable: name })
      return { changes: [...held.map(endVariable), note], result: undefined }
    })
  }

  /** Rejects with `value_unreadable` for one that this cluster's key does not open. */
  async valuesFor({ ownerId, templateId, vars, secrets }: ValueAsk): Promise<StoredValues> {
    const { records } = this.#parts
    const owners = ownersFor(records, { ownerId, templateId })
    const rows = owners.flatMap((owner) => rowsOf(records, owner))
    const hidden: string[] = []
    const found = {
      vars: new Map<string, Row<'variable'>>(),
      secrets: new Map<string, Row<'variable'>>(),
    }
    for (const row of rows) {
      const { body, value } = row.groups
      if (!body || !value) continue
      const wanted = value.isSecret ? secrets : vars
      if (!wanted.includes(body.name)) continue
      found[value.isSecret ? 'secrets' : 'vars'].set(body.name, row)
      // A container may have been started with what held before, or with what a narrower scope comes before now.
      if (value.isSecret) hidden.push(...this.#everHeld(row))
    }
    return { vars: this.#readAll(found.vars), secrets: this.#readAll(found.secrets), hidden }
  }

  #readAll(rows: ReadonlyMap<string, Row<'variable'>>): Readonly<Record<string, string>> {
    return Object.fromEntries([...rows].map(([name, row]) => [name, this.#read(row)]))
  }

  #everHeld(row: Row<'variable'>): readonly string[] {
    const { sealed, past } = row.groups.value ?? {}
    // Where the key was lost and the value set anew, the one before is nobody's to read any more.
    const held = [sealed, past].map((one) => one && this.#open(row, one))
    return held.filter((value) => value !== undefined)
  }

  #read(row: Row<'variable'>): string {
    const value = this.#open(row, row.groups.value?.sealed ?? '')
    if (value !== undefined) return value
    throw new SkeinError('value_unreadable', { name: row.groups.body?.name ?? row.id })
  }

  #sealed(id: VariableId, value: string, isSecret: boolean, by: By, row?: Row<'variable'>) {
    const { key, random, clock } = this.#parts
    const held = row?.groups.value
    // What was no secret needs no hiding.
    const past = held?.isSecret && isSecret ? { past: held.sealed } : {}
    const sealed = seal(value, boundTo(id, isSecret), key, random)
    return { sealed, isSecret, at: clock.nowMs(), by: by.actor.id as Id, ...past }
  }

  #made<V>({ id }: Shelf, name: string, value: V) {
    return { body: { ownerId: id, name, createdAt: this.#parts.clock.nowMs() }, value }
  }

  #show(row: Row<'variable'>): Variable {
    const { body, value } = row.groups
    const isSecret = value?.isSecret ?? true
    const open = isSecret || !value ? undefined : this.#open(row, value.sealed)
    const by = value && this.#parts.records.get('user', value.by as UserId)?.groups.profile
    return {
      name: body?.name ?? row.id,
      isSecret,
      ...(open !== undefined && { value: open }),
      updatedAt: new Date(value?.at ?? 0).toISOString(),
      ...(by && { updatedBy: by.username }),
    }
  }

  #open(row: Row<'variable'>, sealed: string): string | undefined {
    return unseal(sealed, boundTo(row.id, row.groups.value?.isSecret), this.#parts.key)
  }
}

const boundTo = (id: VariableId, isSecret: boolean | undefined): string =>
  `variable ${id} ${isSecret ? 'secret' : 'plain'}`

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function assertFit(name: string, value: string, isSecret: boolean): void {
  if (!VARIABLE_NAME.test(name)) throw new SkeinError('variable_name', { name: name.slice(0, 64) })
  if (isSecret && value.trim().length < MIN_SECRET_CHARS) {
    throw new SkeinError('secret_short', { least: MIN_SECRET_CHARS })
  }
}
