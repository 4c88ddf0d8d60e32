// Going into a space, by whichever door, is written down once a visit.

import { audited, type By } from '../identity/audit.ts'
import type { Records, Row } from '../records/records.ts'
import type { Door, Log } from './ports.ts'
import { by, type ClosedCall } from './route.ts'
import type { Visits } from './visits.ts'

export type EnterCall = ClosedCall<undefined, Row<'space'>>

export interface NoteParts {
  readonly records: Pick<Records, 'transact'>
  readonly visits: Visits
  readonly log: Log
}

interface Entering {
  readonly by: By
  /** Whose visit it is: a credential's id. */
  readonly visitor: string
  readonly space: Row<'space'>
  readonly action: string
  /** To which part of the space; each is a visit of its own. */
  readonly detail: Readonly<Record<string, string | number>>
}

/** Not waited for: a full disk must not close the terminal through which it could be emptied. */
export function noteEntry(
  { records, visits, log }: NoteParts,
  { by, visitor, space, action, detail }: Entering,
): void {
  const { id, groups } = space
  if (!visits.begins(visitor, id, action, ...Object.values(detail).map(String))) return
  const target = { kind: 'space', id, name: groups.name?.name ?? id }
  records
    .transact(() => ({ changes: [audited(by, action, target, detail)], result: undefined }))
    .catch((err: unknown) => log.error({ err }, `${action} not audited`))
}

export const auditEntry = (
  door: Door,
  call: EnterCall,
  action: string,
  detail: Entering['detail'],
): void =>
  noteEntry(door, {
    ...{ by: by(call), visitor: call.person.credential.id, space: call.target },
    ...{ action, detail },
  })
