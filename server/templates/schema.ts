// The template language as JSON Schema, for editors: made from the same tables by which templates are read, so that what is
// completed and what is accepted cannot differ. Words of ours begin with `x-`: `x-refused` gives reasons for words of
// Compose that are not read, `x-takes-values` says where `${{ … }}` may stand, `x-asks` what a word needs of `policy`.

import { filters } from './expression.ts'
import { headTable } from './head.ts'
import { reachKinds } from './reach.ts'
import { refusedHeadKeys } from './refused.ts'
import { scopeDocs } from './text.ts'
import { type JsonSchema, mapSchema } from './word.ts'

/** Names that take a name behind them. */
const namedScopes = {
  'param.': 'What was answered to a parameter.',
  'var.': 'A variable that is kept for the server, a group, a person or the template.',
  'secret.': 'A secret that is kept so; it goes into `environment`, `env` and commands only.',
} as const

export function templateSchema(): JsonSchema {
  const filterDocs = Object.entries(filters).map(([name, { doc }]) => [name, doc])
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A template of Skein',
    ...mapSchema(headTable, refusedHeadKeys),
    required: ['name', 'services'],
    'x-values': { ...scopeDocs, ...namedScopes },
    'x-filters': Object.fromEntries(filterDocs),
    'x-permissions': reachKinds,
  }
}
