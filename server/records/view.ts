// What callers read through: a layer, with the types of kinds.ts. The one place where a kept row becomes a typed one;
// its groups were checked against the schemas of its kind when they came in.

import type { Id } from '#protocol/ids.ts'
import type { IndexKey, Kind, KindId } from './kinds.ts'
import type { IndexQuery, Layer } from './layer.ts'
import type { ClaimKey, Row, View } from './records.ts'

export function viewOf(layer: Layer): View {
  return {
    get: <K extends Kind>(kind: K, id: KindId<K>) => layer.row(kind, id) as Row<K> | undefined,
    list: <K extends Kind>(kind: K, index?: IndexKey<K>) =>
      [...layer.rows(kind, indexQuery(index))] as unknown as readonly Row<K>[],
    holder: (claim: ClaimKey) => layer.claim(claim)?.holder as Id | undefined,
  }
}

function indexQuery(index: Readonly<Record<string, string>> | undefined): IndexQuery | undefined {
  const [entry] = Object.entries(index ?? {})
  return entry && { name: entry[0], value: entry[1] }
}
