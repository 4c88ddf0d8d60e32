// The filter that is typed above the list: words and `key:value` pairs, all of which must fit. Pure.

import type { Space } from '#protocol/api/spaces.ts'

export const filterKeys = ['owner', 'status', 'template', 'host', 'name'] as const
export type FilterKey = (typeof filterKeys)[number]

export interface FilterTerm {
  /** Without a key a word is looked for everywhere. */
  readonly key?: FilterKey
  readonly value: string
  readonly not: boolean
}

/** `owner:me status:running -template:node web` */
export function parseFilter(text: string): readonly FilterTerm[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .map(parseTerm)
    .filter((term) => term.value !== '')
}

function parseTerm(word: string): FilterTerm {
  const not = word.startsWith('-') && word.length > 1
  const bare = not ? word.slice(1) : word
  const colon = bare.indexOf(':')
  const key = filterKeys.find((name) => name === bare.slice(0, colon))
  return key ? { key, value: bare.slice(colon + 1), not } : { value: bare, not }
}

/** `myId` is what `owner:me` stands for. */
export function fits(space: Space, terms: readonly FilterTerm[], myId: string): boolean {
  return terms.every((term) => fitsTerm(space, term, myId) !== term.not)
}

function fitsTerm(space: Space, { key, value }: FilterTerm, myId: string): boolean {
  const has = (text: string | undefined) => text?.toLowerCase().includes(value) ?? false
  switch (key) {
    case 'owner':
      return value === 'me' ? space.owner.id === myId : has(space.owner.name)
    case 'status':
      return space.state.startsWith(value)
    case 'template':
      return has(space.template.name)
    case 'host':
      return has(space.host?.name)
    case 'name':
      return has(space.name)
    case undefined:
      return (
        has(space.name) ||
        has(space.template.name) ||
        has(space.owner.name) ||
        has(space.host?.name) ||
        space.state.startsWith(value)
      )
  }
}

/** The text with a pair put in or taken out, for the quick filters; other pairs of that key make way. */
export function withTerm(text: string, key: FilterKey, value: string | undefined): string {
  const others = text.split(/\s+/).filter((word) => word !== '' && !word.startsWith(`${key}:`))
  return [...others, ...(value === undefined ? [] : [`${key}:${value}`])].join(' ')
}
