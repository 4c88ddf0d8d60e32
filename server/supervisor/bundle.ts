// Which form of a source is started: the bundle, which is ready in half the time, as long as it was made of the very
// sources that lie there; the source itself otherwise. So nobody ever runs what they have changed since.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { BUNDLE, bundled } from '../program-folder.ts'

/** What it was made of, from the program's folder, and one SHA-256 over all of it; scripts/pack-program.js computes the same. */
const inputsSchema = z.object({ sources: z.array(z.string()), hash: z.string() })

/** The file to start for a source of that program. */
export function startedFile(program: string, source: string): string {
  return join(program, isFresh(program) ? bundled(source) : source)
}

/** Some 400 small files: 15 ms. */
function isFresh(program: string): boolean {
  try {
    const text = readFileSync(join(program, BUNDLE, 'inputs.json'), 'utf8')
    const { sources, hash } = inputsSchema.parse(JSON.parse(text))
    const actual = createHash('sha256')
    for (const source of sources) {
      actual.update(`${source}\0`).update(readFileSync(join(program, source)))
    }
    return actual.digest('hex') === hash
  } catch {
    // Never bundled, an older version's folder, or a source is gone.
    return false
  }
}
