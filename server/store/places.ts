// Where a transaction leaves something in a database of tables, and what is read of it at a time: the same in each dialect.

/** Every place: table, and its columns for origin and number. */
export const PLACES = [
  ['record', 'birth_origin', 'birth_seq'],
  ['record_group', 'origin', 'seq'],
  ['quarantine', 'origin', 'seq'],
  ['claim', 'birth_origin', 'birth_seq'],
  ['claim', 'origin', 'seq'],
  ['tombstone_dot', 'origin', 'seq'],
  ['entry', 'origin', 'seq'],
] as const

/** Transactions read at a time, not counting those of which nothing is left. */
export const STEP = 64

/** What an element costs beside its bodies: ids, dots and stamps. */
export const ELEMENT_BYTES = 160
