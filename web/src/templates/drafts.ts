// What was typed and not published, kept in this browser so that no navigation, reload or crash loses it. Per person: who
// signs in here next sees none of it.

/** The oldest make room. */
const MAX_DRAFTS = 20
const PREFIX = 'skein.draft.'

export interface Draft {
  readonly source: string
  /** The version on which it was begun; empty for a new template. */
  readonly base: string
  readonly atMs: number
}

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

export const NEW_TEMPLATE = 'new'

const nameOf = (userId: string, templateId: string): string => `${PREFIX}${userId}.${templateId}`

/** Nothing where nothing is kept, or a browser without storage. */
export function readDraft(
  userId: string,
  templateId: string,
  shelf: Shelf = localStorage,
): Draft | undefined {
  try {
    return parse(shelf.getItem(nameOf(userId, templateId)))
  } catch {
    return undefined
  }
}

function parse(kept: string | null): Draft | undefined {
  const { source, base, atMs } = JSON.parse(kept ?? '{}') as Partial<Record<string, unknown>>
  const isDraft = typeof source === 'string' && typeof base === 'string' && typeof atMs === 'number'
  return isDraft ? { source, base, atMs } : undefined
}

export function keepDraft(
  userId: string,
  templateId: string,
  draft: Draft,
  shelf: Shelf = localStorage,
): void {
  try {
    const name = nameOf(userId, templateId)
    if (shelf.getItem(name) === null) makeRoom(shelf)
    shelf.setItem(name, JSON.stringify(draft))
  } catch {
    // A browser without storage, or a full one, forgets it with the page.
  }
}

export function dropDraft(userId: string, templateId: string, shelf: Shelf = localStorage): void {
  try {
    shelf.removeItem(nameOf(userId, templateId))
  } catch {
    // Nothing was kept.
  }
}

function makeRoom(shelf: Shelf): void {
  const names = Array.from({ length: shelf.length }, (_, i) => shelf.key(i) ?? '')
  const drafts = names
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => ({ name, atMs: parse(shelf.getItem(name))?.atMs ?? 0 }))
    .toSorted((a, b) => b.atMs - a.atMs)
  for (const { name } of drafts.slice(MAX_DRAFTS - 1)) shelf.removeItem(name)
}
