// What the palette offers for what was typed. Pure: the palette draws it, the tests read it.

export type PaletteGroup = 'action' | 'space' | 'template' | 'page'

export interface PaletteItem {
  readonly id: string
  readonly group: PaletteGroup
  readonly label: string
  /** Words that also find it. */
  readonly also?: string
  readonly note?: string
}

/** More than this nobody reads; typing one more letter is faster. */
export const MAX_SHOWN = 40

/**
 * How well `text` fits what was typed: the higher the better, 0 for not at all. Every typed word must be found; the
 * beginning of the text or of a word counts more than the middle, and letters in order count least.
 */
export function fit(text: string, typed: string): number {
  const hay = text.toLowerCase()
  let total = 0
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const score = fitWord(hay, word)
    if (score === 0) return 0
    total += score
  }
  return total === 0 ? 1 : total
}

function fitWord(hay: string, word: string): number {
  const at = hay.indexOf(word)
  if (at === 0) return 100
  if (at > 0) return /[\s\-_.]/.test(hay[at - 1] ?? '') ? 80 : 50
  let from = 0
  for (const letter of word) {
    from = hay.indexOf(letter, from) + 1
    if (from === 0) return 0
  }
  return word.length > 1 ? 10 : 0
}

export function choose<T extends PaletteItem>(items: readonly T[], typed: string): T[] {
  return items
    .map((item, index) => ({
      item,
      index,
      score: Math.max(fit(item.label, typed), item.also ? fit(item.also, typed) * 0.8 : 0),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, MAX_SHOWN)
    .map(({ item }) => item)
}
