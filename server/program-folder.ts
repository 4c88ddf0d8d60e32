// Where the program's own files are: the same place whether its sources run or the bundle of them that
// scripts/pack-program.js makes.

import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

export const PROGRAM_FOLDER = dirname(findPackageJSON(import.meta.url) ?? import.meta.filename)
/** Below it lies, for each source that is started by itself, one file with all that it imports. */
export const BUNDLE = 'dist/program'

const isBundled = import.meta.filename.startsWith(join(PROGRAM_FOLDER, BUNDLE))

/** `server/peer/main.ts` as its bundled form is called, from the program's folder. */
export const bundled = (source: string): string => join(BUNDLE, source.replace(/\.ts$/, '.mjs'))

/** A file that comes with the program, by its path from there. */
export const ownFile = (path: string): string => join(PROGRAM_FOLDER, path)

export const ownUrl = (path: string): URL => pathToFileURL(ownFile(path))

/** The module of a thread, by its source's path, in the form in which this process runs. */
export function ownModule(source: string): URL {
  return ownUrl(isBundled ? bundled(source) : source)
}
