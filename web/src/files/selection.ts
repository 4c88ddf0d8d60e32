// Which files are selected and where the keyboard is: the rules of every file list, as a pure function of names.

export interface Selection {
  /** Where the keyboard is. */
  readonly cursor?: string | undefined
  /** From where Shift selects. */
  readonly anchor?: string | undefined
  readonly chosen: ReadonlySet<string>
}

export const noSelection: Selection = { chosen: new Set() }

export interface Held {
  /** Shift: everything between. */
  readonly range: boolean
  /** Ctrl or ⌘: this one as well. */
  readonly add: boolean
}

export const only = (name: string | undefined): Selection =>
  name === undefined ? noSelection : { cursor: name, anchor: name, chosen: new Set([name]) }

/** Moves the cursor to a name: alone, adding, or with all between it and the anchor. */
export function pointed(
  selection: Selection,
  names: readonly string[],
  name: string,
  { range, add }: Held,
): Selection {
  if (range) return ranged(selection, names, name)
  if (!add) return only(name)
  const chosen = new Set(selection.chosen)
  if (!chosen.delete(name)) chosen.add(name)
  return { cursor: name, anchor: name, chosen }
}

/** Moves by so many rows, stopping at the ends. Ctrl moves without selecting. */
export function moved(
  selection: Selection,
  names: readonly string[],
  step: number,
  { range, add }: Held,
): Selection {
  if (names.length === 0) return selection
  const from = selection.cursor === undefined ? -1 : names.indexOf(selection.cursor)
  const wanted = from === -1 ? (step > 0 ? 0 : names.length - 1) : from + step
  const name = names[Math.min(Math.max(wanted, 0), names.length - 1)]
  if (name === undefined) return selection
  if (range) return ranged(selection, names, name)
  return add ? { ...selection, cursor: name } : only(name)
}

function ranged(selection: Selection, names: readonly string[], name: string): Selection {
  const anchor = selection.anchor ?? selection.cursor ?? name
  const [from, to] = [names.indexOf(anchor), names.indexOf(name)].sort((a, b) => a - b)
  return { cursor: name, anchor, chosen: new Set(names.slice(from, (to ?? 0) + 1)) }
}

export const all = (selection: Selection, names: readonly string[]): Selection => ({
  ...selection,
  cursor: selection.cursor ?? names[0],
  chosen: new Set(names),
})

/** The next name after the cursor that begins so; the same letter again goes on to the next. */
export function found(
  selection: Selection,
  names: readonly string[],
  typed: string,
): string | undefined {
  const text = typed.toLowerCase()
  const isSame = [...text].every((letter) => letter === text[0])
  const wanted = isSame ? (text[0] ?? '') : text
  const at = selection.cursor === undefined ? -1 : names.indexOf(selection.cursor)
  // A word that goes on may still mean the name it is at.
  const from = isSame ? at + 1 : Math.max(at, 0)
  const turned = [...names.slice(from), ...names.slice(0, from)]
  return turned.find((name) => name.toLowerCase().startsWith(wanted))
}

/** After the list changed: what is gone is not selected any more. */
export function kept(selection: Selection, names: readonly string[]): Selection {
  const there = new Set(names)
  const chosen = [...selection.chosen].filter((name) => there.has(name))
  const has = (name: string | undefined) =>
    name !== undefined && there.has(name) ? name : undefined
  return { cursor: has(selection.cursor), anchor: has(selection.anchor), chosen: new Set(chosen) }
}
