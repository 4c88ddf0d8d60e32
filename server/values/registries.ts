// Who this cluster is at the registries that it pulls images from. A login is sent with the pulls of its own registry
// and with nothing else.

import type { Registry, SetRegistry } from '#protocol/api/variables.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { Id, RegistryId, UserId } from '#protocol/ids.ts'
import { audited, type By } from '../identity/audit.ts'
import { seal, unseal } from '../identity/sealed.ts'
import { freshId, type Makers } from '../identity/settings.ts'
import type { Change, Records, Row, View } from '../records/records.ts'
import type { RegistryLogin } from '../spaces/runtime/registry-login.ts'
import { isRegistryHost, registryOf, usualHost } from './registry-name.ts'

/** Far more than one cluster pulls from. */
export const MAX_REGISTRIES = 50

interface RegistryParts extends Makers {
  readonly records: Records
  /** From the cluster's secret file. */
  readonly key: Buffer
}

export class Registries {
  readonly #parts: RegistryParts

  constructor(parts: RegistryParts) {
    this.#parts = parts
  }

  list(): Registry[] {
    const { records } = this.#parts
    const byHost = new Map(rowsOf(records).map((row) => [row.groups.body?.host ?? '', row]))
    return [...byHost.values()]
      .map((row) => showRegistry(records, row))
      .sort((a, b) => (a.host < b.host ? -1 : 1))
  }

  /** Rejects with `registry_name` or `too_large`. */
  async set(by: By, given: string, { username, secret }: SetRegistry): Promise<Registry> {
    const host = usualHost(given)
    if (!isRegistryHost(host)) throw new SkeinError('registry_name', { host: given.slice(0, 64) })
    const fresh = freshId<'registry'>(this.#parts)
    const { clock, key, random } = this.#parts
    await this.#parts.records.transact((view) => {
      const rows = rowsOf(view)
      const held = rows.filter((row) => row.groups.body?.host === host)
      if (held.length === 0 && rows.length >= MAX_REGISTRIES) {
        throw new SkeinError('too_large', {
          thing: 'list of registries',
          limit: `${MAX_REGISTRIES}`,
        })
      }
      const id = held.at(-1)?.id ?? fresh
      const sealed = seal(secret, boundTo(id, host, username), key, random)
      const login = { username, sealed, at: clock.nowMs(), by: by.actor.id as Id }
      const body = { host, createdAt: clock.nowMs() }
      const changes: Change[] = [
        held.length > 0
          ? { op: 'set', kind: 'registry', id, group: 'login', value: login }
          : { op: 'create', kind: 'registry', id, groups: { body, login } },
        ...held.slice(0, -1).map(endRegistry),
        audited(by, 'registry.set', { kind: 'registry', id, name: host }, { username }),
      ]
      return { changes, result: undefined }
    })
    const shown = this.list().find((one) => one.host === host)
    if (!shown) throw new SkeinError('not_found', { thing: 'registry' })
    return shown
  }

  /** Twice is the same as once. */
  async remove(by: By, given: string): Promise<void> {
    const host = usualHost(given)
    await this.#parts.records.transact((view) => {
      const held = rowsOf(view).filter((row) => row.groups.body?.host === host)
      const [first] = held
      if (!first) return { changes: [], result: undefined }
      const note = audited(by, 'registry.remove', { kind: 'registry', id: first.id, name: host })
      return { changes: [...held.map(endRegistry), note], result: undefined }
    })
  }

  /** Whose pull it is; nothing for a registry without a login. Throws `value_unreadable`. */
  loginFor(image: string): RegistryLogin | undefined {
    const host = registryOf(image)
    const row = rowsOf(this.#parts.records).findLast((one) => one.groups.body?.host === host)
    const login = row?.groups.login
    if (!row || !login) return undefined
    const { username, sealed } = login
    const secret = unseal(sealed, boundTo(row.id, host, username), this.#parts.key)
    if (secret === undefined) throw new SkeinError('value_unreadable', { name: host })
    return { host, username, secret }
  }
}

/** Ids sort by age. */
const rowsOf = (view: Pick<View, 'list'>): readonly Row<'registry'>[] =>
  view.list('registry').toSorted((a, b) => (a.id < b.id ? -1 : 1))

const endRegistry = ({ id }: Row<'registry'>): Change => ({ op: 'delete', kind: 'registry', id })

/** The host is a part of it: a login that is put under another registry's name opens nothing. */
const boundTo = (id: RegistryId, host: string, username: string): string =>
  `registry ${id} ${JSON.stringify([host, username])}`

function showRegistry(
  records: Records,
  { id, groups: { body, login } }: Row<'registry'>,
): Registry {
  const by = login && records.get('user', login.by as UserId)?.groups.profile
  return {
    host: body?.host ?? id,
    username: login?.username ?? '',
    updatedAt: new Date(login?.at ?? 0).toISOString(),
    ...(by && { updatedBy: by.username }),
  }
}
