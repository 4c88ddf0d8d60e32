// The look-ups that `list` answers without a scan: for each kind, index name to the field of a row in which its value stands.

import { isId } from '#protocol/ids.ts'
import type { Groups, Kind } from './kinds.ts'
import type { KeptRow } from './layer.ts'

type FieldOf<K extends Kind> = {
  [G in keyof Groups<K> & string]: readonly [group: G, field: keyof Groups<K>[G] & string]
}[keyof Groups<K> & string]

type IndexTable = { readonly [K in Kind]?: Readonly<Record<string, FieldOf<K>>> }

const table = {
  session: { userId: ['start', 'userId'] },
  sshKey: { userId: ['body', 'userId'] },
  credential: { userId: ['body', 'userId'] },
  token: { userId: ['body', 'userId'] },
  templateVersion: { templateId: ['body', 'templateId'] },
  variable: { ownerId: ['body', 'ownerId'] },
  space: {
    ownerId: ['identity', 'ownerId'],
    hostId: ['placement', 'hostId'],
    templateId: ['spec', 'templateId'],
  },
} as const satisfies IndexTable

export interface Index {
  readonly name: string
  readonly group: string
  readonly field: string
  /** How the JSON of the group begins where the field is the first. */
  readonly opening: string
}

/** The indexes of one kind. */
export function indexesOf(kind: string): readonly Index[] {
  return byKind.get(kind) ?? NONE
}

const NONE: readonly Index[] = []

const byKind = new Map(
  Object.entries(table).map(([kind, indexes]) => [
    kind,
    Object.entries(indexes).map(([name, [group, field]]): Index => {
      return { name, group, field, opening: `{${JSON.stringify(field)}:"` }
    }),
  ]),
)

/** A row's groups were checked against the kind's schemas before they got here. */
export function indexed({ group, field }: Index, groups: KeptRow['groups']): string | undefined {
  const value = (groups[group] as Readonly<Record<string, unknown>> | undefined)?.[field]
  return typeof value === 'string' ? value : undefined
}

/**
 * The same from a group's JSON as it was stored, without parsing it: every indexed field is an id, and stands first where
 * this version has written it. Nothing where it does not.
 */
export function indexedUnparsed({ opening }: Index, body: string): string | undefined {
  if (!body.startsWith(opening)) return undefined
  const value = body.slice(opening.length, body.indexOf('"', opening.length))
  return isId(value) ? value : undefined
}
