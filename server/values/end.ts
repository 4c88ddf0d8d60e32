// A scope's variables as rows, and their end with whoever or whatever they were set for.

import type { Id } from '#protocol/ids.ts'
import type { Change, Row, View } from '../records/records.ts'

/** Ids sort by age: of two that two sides made at once everybody takes the same one. */
export const rowsOf = (view: Pick<View, 'list'>, ownerId: Id): readonly Row<'variable'>[] =>
  view.list('variable', { ownerId }).toSorted((a, b) => (a.id < b.id ? -1 : 1))

export const endVariable = ({ id }: Row<'variable'>): Change => ({
  op: 'delete',
  kind: 'variable',
  id,
})

export const endVariables = (view: Pick<View, 'list'>, ownerId: Id): Change[] =>
  rowsOf(view, ownerId).map(endVariable)
