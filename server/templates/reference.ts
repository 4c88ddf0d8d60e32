// The reference part of docs/templates.md, written from the tables of the language. docs.test.ts keeps the page equal to it.

import { filters } from './expression.ts'
import { headTable, namedTables, refusedVolumeKeys } from './head.ts'
import { reachKinds } from './reach.ts'
import { refusedHeadKeys, refusedServiceKeys } from './refused.ts'
import { scopeDocs } from './text.ts'
import type { Table } from './word.ts'

const titles: Readonly<Record<keyof typeof namedTables, string>> = {
  parameters: 'One of `parameters`',
  apps: 'One of `apps`',
  shutdown: '`shutdown`, in its long form',
  run: 'One of `run`, in its long form',
  schedule: '`schedule`',
  placement: '`placement`',
  policy: '`policy`',
  services: 'One of `services`',
  volumes: 'One of `volumes`',
}

export function referencePage(): string {
  const sections = Object.entries(namedTables).map(
    ([name, table]) => `### ${titles[name as keyof typeof titles]}\n\n${words(table)}`,
  )
  return [
    `### The head\n\n${words(headTable)}`,
    ...sections,
    `### Values\n\n${rows('Name', scopeDocs)}`,
    `### Filters\n\n${rows('Filter', docsOf(filters))}`,
    `### What \`policy\` may ask for\n\n${rows('Word', reachKinds)}`,
    `### Words of Compose that are not read\n\n${rows('Word', {
      ...refusedHeadKeys,
      ...refusedServiceKeys,
      ...refusedVolumeKeys,
    })}`,
  ].join('\n\n')
}

const docsOf = (table: Readonly<Record<string, { readonly doc: string }>>) =>
  Object.fromEntries(Object.entries(table).map(([key, { doc }]) => [key, doc]))

const words = (table: Table): string => rows('Word', docsOf(table))

function rows(heading: string, docs: Readonly<Record<string, string>>): string {
  const lines = Object.entries(docs).map(([key, doc]) => `| \`${key}\` | ${doc} |`)
  return [`| ${heading} | What it says |`, '|---|---|', ...lines].join('\n')
}
