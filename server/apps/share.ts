// Sharing a port, decided against committed state: the changes that write it down. Pure.

import type { SharePort } from '#protocol/api/spaces.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { SpaceId, UserId } from '#protocol/ids.ts'
import { audited, type By, changed } from '../identity/audit.ts'
import type { Change, Decision, View } from '../records/records.ts'
import type { PortSharing } from './sharing.ts'

/** Of one space; the record is read with every request to one of them. */
export const MAX_SHARED_PORTS = 100
const MAX_PORT = 65_535

/** A port as an address of the API names it: no sign, no leading zero. Throws `port_invalid`. */
export function portOf(text: string): number {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0
  if (port === 0 || port > MAX_PORT)
    throw new SkeinError('port_invalid', { port: text.slice(0, 20) })
  return port
}

/** Throws `not_found` for a person who is not here, or `too_large`. */
export function decideShare(
  view: View,
  by: By,
  id: SpaceId,
  port: number,
  wish: Required<SharePort>,
): Decision<void> {
  const row = view.get('space', id)
  if (!row) throw new SkeinError('not_found', { thing: 'space' })
  const names = wish.visibility === 'people' ? [...new Set(wish.people)] : []
  const sharing: PortSharing = {
    visibility: wish.visibility,
    people: names.map((name) => userOf(view, name)),
  }
  const { [String(port)]: before, ...others } = row.groups.sharing?.ports ?? {}
  // What is the owner's alone needs no line: that is what a port is without one.
  const ports = wish.visibility === 'owner' ? others : { ...others, [String(port)]: sharing }
  if (JSON.stringify(before) === JSON.stringify(ports[String(port)])) {
    return { changes: [], result: undefined }
  }
  if (Object.keys(ports).length > MAX_SHARED_PORTS) {
    throw new SkeinError('too_large', {
      thing: 'list of shared ports',
      limit: `${MAX_SHARED_PORTS}`,
    })
  }
  const target = { kind: 'space', id, name: row.groups.name?.name ?? id }
  const detail = { port, visibility: wish.visibility, ...(names.length > 0 && { people: names }) }
  const changes: Change[] = [
    { op: 'set', kind: 'space', id, group: 'sharing', value: { ports } },
    audited(
      by,
      'port.share',
      target,
      detail,
      changed(
        { visibility: before?.visibility ?? 'owner', people: namesOf(view, before) },
        { visibility: wish.visibility, people: names },
      ),
    ),
  ]
  return { changes, result: undefined }
}

const namesOf = (view: View, sharing: Pick<PortSharing, 'people'> | undefined): string[] =>
  (sharing?.people ?? []).map(
    (id) => view.get('user', id as UserId)?.groups.profile?.username ?? id,
  )

function userOf(view: View, name: string): UserId {
  const id = view.holder(`user:${name}`)
  if (id === undefined) throw new SkeinError('not_found', { thing: `user “${name}”` })
  return id as UserId
}
