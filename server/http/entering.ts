// Going into a space, by whichever door, is written down once a visit.

import { audited } from '../identity/audit.ts'
import type { Row } from '../records/records.ts'
import type { Door } from './ports.ts'
import { by, type ClosedCall } from './route.ts'

export type EnterCall = ClosedCall<undefined, Row<'space'>>

/** Not waited for: a full disk must not close the terminal through which it could be emptied. */
export function auditEntry(
  { records, visits, log }: Door,
  call: EnterCall,
  action: string,
  detail: Readonly<Record<string, string | number>>,
): void {
  const { id, groups } = call.target
  const part = Object.values(detail).map(String)
  if (!visits.begins(call.person.credential.id, id, action, ...part)) return
  const target = { kind: 'space', id, name: groups.name?.name ?? id }
  const note = audited(by(call), action, target, detail)
  records
    .transact(() => ({ changes: [note], result: undefined }))
    .catch((err: unknown) => {
      log.error({ err, requestId: call.requestId }, `${action} not audited`)
    })
}
