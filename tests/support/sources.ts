// The repository's own files, as the tidy test reads them.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

export const root = join(import.meta.dirname, '../..')

const NOT_OURS = /^(node_modules|dist|\.git|\.skein)(\/|$)/

export interface Source {
  /** From the repository's root. */
  readonly path: string
  readonly text: string
  readonly isTest: boolean
}

/** Every file whose name fits, sorted. */
export function sources(pattern: RegExp): readonly Source[] {
  return globSync('**/*', { cwd: root, exclude: (path) => NOT_OURS.test(path) })
    .filter((path) => pattern.test(path) && !NOT_OURS.test(path))
    .sort((a, b) => a.localeCompare(b))
    .map((path) => ({ path, text: read(path), isTest: isTest(path) }))
}

/** Tests, and what only tests use: a suite that every implementation runs, a folder called testing. */
function isTest(path: string): boolean {
  return /(\.test\.[jt]sx?|\/conformance\.ts)$/.test(path) || /(^tests|\/testing)\//.test(path)
}

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

export function exists(path: string): boolean {
  return existsSync(join(root, path))
}

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g

export interface Import {
  /** As written. */
  readonly specifier: string
  /** The file from the root, for imports of our own files. */
  readonly file?: string
}

/** What a file imports, statically, dynamically or as types. */
export function importsOf({ path, text }: Source): readonly Import[] {
  return [...text.matchAll(IMPORT)].map(([, , specifier = '']) => {
    if (specifier.startsWith('#protocol/')) {
      return { specifier, file: specifier.replace('#protocol/', 'protocol/') }
    }
    if (!specifier.startsWith('.')) return { specifier }
    const file = relative(root, join(root, dirname(path), specifier.replace(/[?#].*$/, '')))
    return { specifier, file }
  })
}
