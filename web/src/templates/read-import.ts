// What a file is that somebody brings: a template with its versions, a template's source, or a Compose file.

import type { TemplateBundle } from '#protocol/api/bundles.ts'
import { keysOf } from './code/yaml-scan.ts'

/** Larger than any template with its versions, characters (protocol/api/templates.ts). */
export const MAX_IMPORT_CHARS = 1_000_000

export type Brought =
  | { readonly kind: 'bundle'; readonly bundle: TemplateBundle }
  | { readonly kind: 'template' | 'compose'; readonly source: string }

/** Words of a template's head that no Compose file has. */
const ourWords = new Set(['parameters', 'apps', 'startup', 'shutdown', 'run', 'main', 'schedule'])

export function readImport(text: string): Brought {
  const bundle = bundleOf(text)
  if (bundle) return { kind: 'bundle', bundle }
  const isOurs = keysOf(text).some(({ path, key }) => path.length === 0 && ourWords.has(key))
  return { kind: isOurs ? 'template' : 'compose', source: text }
}

/** The server looks at it closely. */
function bundleOf(text: string): TemplateBundle | undefined {
  try {
    const value = JSON.parse(text) as { format?: unknown } | null
    return value?.format === 'skein-template' ? (value as TemplateBundle) : undefined
  } catch {
    return undefined
  }
}
