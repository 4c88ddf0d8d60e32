// The look-ups that `list` answers without a scan: for each kind, index name to the value of a row.

import type { Groups, Kind } from './kinds.ts'
import type { KeptRow } from './layer.ts'

type IndexTable = {
  readonly [K in Kind]?: Readonly<
    Record<string, (groups: Readonly<Partial<Groups<K>>>) => string | undefined>
  >
}

const table = {
  session: { userId: (groups) => groups.start?.userId },
  sshKey: { userId: (groups) => groups.body?.userId },
  credential: { userId: (groups) => groups.body?.userId },
  token: { userId: (groups) => groups.body?.userId },
  templateVersion: { templateId: (groups) => groups.body?.templateId },
  space: {
    ownerId: (groups) => groups.identity?.ownerId,
    hostId: (groups) => groups.placement?.hostId,
    templateId: (groups) => groups.spec?.templateId,
  },
} as const satisfies IndexTable

type Lookup = (groups: KeptRow['groups']) => string | undefined

/** The indexes of one kind; a row's groups were checked against the kind's schemas before they got here. */
export function indexesOf(kind: Kind): readonly (readonly [name: string, lookup: Lookup])[] {
  return byKind.get(kind) ?? []
}

const byKind = new Map(
  Object.entries(table).map(([kind, lookups]) => [
    kind,
    Object.entries(lookups as Readonly<Record<string, Lookup>>),
  ]),
)
