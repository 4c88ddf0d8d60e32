// The rows of one kind: those that are shown, those that cannot be read, those that were not read yet, and the indexes over
// them. To ask for an unread row reads it; from then on it is shown, or hidden and logged.

import type { Log } from '../store/log.ts'
import type { StoredRow } from '../store/store.ts'
import { ensure } from './ensure.ts'
import { indexed, indexesOf } from './indexes.ts'
import { hiding, keep } from './kept.ts'
import type { IndexQuery, KeptRow } from './layer.ts'
import { mayWait, unreadValue } from './unread.ts'

const NONE: ReadonlySet<string> = new Set()

export class Table {
  readonly #kind: string
  readonly #log: Log
  readonly #onRead: (row: KeptRow) => void
  readonly #rows = new Map<string, KeptRow>()
  readonly #hidden = new Map<string, KeptRow>()
  readonly #unread = new Map<string, StoredRow>()
  /** Index name, then value, to ids. */
  readonly #indexes = new Map<string, Map<string, Set<string>>>()

  /** `onRead` hears of each row that was unread until now, before anybody else has it. */
  constructor(kind: string, log: Log, onRead: (row: KeptRow) => void) {
    this.#kind = kind
    this.#log = log
    this.#onRead = onRead
  }

  /** Not a hidden one. */
  shown(id: string): KeptRow | undefined {
    const row = this.#rows.get(id) ?? this.#read(id)
    return row?.isHidden ? undefined : row
  }

  /** Also a hidden one. */
  kept(id: string): KeptRow | undefined {
    return this.#rows.get(id) ?? this.#read(id) ?? this.#hidden.get(id)
  }

  has(id: string): boolean {
    return this.#rows.has(id) || this.#unread.has(id) || this.#hidden.has(id)
  }

  ids(): string[] {
    return [...this.#rows.keys(), ...this.#unread.keys(), ...this.#hidden.keys()]
  }

  /** Not the hidden ones. */
  rows(index?: IndexQuery): Iterable<KeptRow> {
    if (index) {
      const ids = this.#indexes.get(index.name)?.get(index.value) ?? NONE
      // To read a row may take it off the index.
      return [...ids].flatMap((id) => this.shown(id) ?? [])
    }
    this.#readAll()
    return this.#rows.values()
  }

  /** The hidden ones too. */
  *all(): Iterable<KeptRow> {
    this.#readAll()
    yield* this.#rows.values()
    yield* this.#hidden.values()
  }

  put(row: KeptRow): void {
    const { id } = row
    const before = this.kept(id)
    for (const index of indexesOf(this.#kind)) {
      const older = before && indexed(index, before.groups)
      this.#list(index.name, id, older, indexed(index, row.groups))
    }
    this.#place(row, before)
  }

  /** One that is new here, unless its place in the indexes cannot be told before it is read. */
  putUnread(row: StoredRow): boolean {
    const indexes = indexesOf(this.#kind)
    if (!mayWait(row, indexes)) return false
    for (const index of indexes) this.#list(index.name, row.id, undefined, unreadValue(index, row))
    this.#unread.set(row.id, row)
    return true
  }

  remove(id: string): void {
    const before = this.kept(id)
    if (!before) return
    for (const index of indexesOf(this.#kind)) {
      this.#list(index.name, id, indexed(index, before.groups), undefined)
    }
    this.#rows.delete(id)
    this.#hidden.delete(id)
  }

  #readAll(): void {
    for (const id of this.#unread.keys()) this.#read(id)
  }

  #read(id: string): KeptRow | undefined {
    const unread = this.#unread.get(id)
    if (!unread) return undefined
    this.#unread.delete(id)
    const row = keep(unread, [], hiding(unread, this.#log))
    for (const index of indexesOf(this.#kind)) {
      this.#list(index.name, id, unreadValue(index, unread), indexed(index, row.groups))
    }
    this.#place(row, undefined)
    this.#onRead(row)
    return row
  }

  #place(row: KeptRow, before: KeptRow | undefined): void {
    const [rows, others] = row.isHidden ? [this.#hidden, this.#rows] : [this.#rows, this.#hidden]
    if (before && before.isHidden !== row.isHidden) others.delete(row.id)
    rows.set(row.id, row)
  }

  #list(name: string, id: string, older: string | undefined, newer: string | undefined): void {
    if (older === newer) return
    const index = ensure(this.#indexes, name, newIndex)
    if (older !== undefined) {
      const ids = index.get(older)
      ids?.delete(id)
      if (ids?.size === 0) index.delete(older)
    }
    if (newer === undefined) return
    const ids = index.get(newer)
    if (ids) ids.add(id)
    else index.set(own(newer), new Set([id]))
  }
}

const newIndex = () => new Map<string, Set<string>>()

/** A copy: a part of a long text keeps all of it in memory. */
const own = (text: string): string => Buffer.from(text).toString()
