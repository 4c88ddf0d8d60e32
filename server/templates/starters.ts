// The templates that come with Skein. They are ordinary files, so that the first page a new administrator reads is
// also the best example; setting up copies the chosen ones into records.

import { readFileSync } from 'node:fs'
import type { Starter } from '#protocol/api/templates.ts'
import { ownFile } from '../program-folder.ts'
import { parseTemplate } from './parse.ts'

/** In the order in which they are shown; `debian` needs no registry. */
const keys = ['debian', 'node', 'python', 'postgres'] as const

let read: readonly Starter[] | undefined

/** Read and checked when they are first asked for: a peer's start has better to do, and few of them are set up. */
export function starters(): readonly Starter[] {
  read ??= keys.map(readStarter)
  return read
}

function readStarter(key: string): Starter {
  const source = readFileSync(ownFile(`server/templates/starters/${key}.yaml`), 'utf8')
  const { head } = checked(source, key)
  const { name, icon, description = '' } = head
  return { key, name, ...(icon && { icon }), description, source }
}

function checked(source: string, key: string) {
  const parsed = parseTemplate(source)
  if (parsed.problems !== undefined) {
    throw new Error(`The starter ${key} is broken: ${JSON.stringify(parsed.problems)}`)
  }
  return parsed
}
