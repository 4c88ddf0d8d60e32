// Who opened which port of a space in a browser, written down once a visit.

import { type NoteParts, noteEntry } from '../http/entering.ts'
import type { Visit } from './visit.ts'

/** All who come to what is public count as one visitor: a crowd, or a flood, is one line in ten minutes. */
const ANYBODY = { kind: 'system', id: 'stranger', name: 'stranger' } as const

/** For a visit that was let in. */
export function noteVisit(parts: NoteParts, { admission, person, address }: Visit): void {
  if (admission.kind !== 'open') return
  const { space, port } = admission
  const credential = person && { kind: person.credential.kind, id: person.credential.id }
  noteEntry(parts, {
    by: { actor: person?.actor ?? ANYBODY, address, ...(credential && { credential }) },
    visitor: credential?.id ?? ANYBODY.id,
    ...{ space, action: 'app.visit', detail: { port } },
  })
}
