// A program of the tests' as one file with all that it imports: where it is started many times, reading some hundred
// sources each time would cost more than what it does.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

/** Faster variants of what `ws` does itself; they are native. */
const LEFT_OUT = ['bufferutil', 'utf-8-validate']

export interface Packed {
  readonly file: string
  remove(): void
}

export async function packed(program: string): Promise<Packed> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-packed-'))
  const file = join(folder, 'program.mjs')
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const build = await rolldown({
      ...{ input: program, platform: 'node', external: LEFT_OUT, logLevel: 'warn' },
      cwd: new URL('../..', import.meta.url).pathname,
      transform: { target: 'node24' },
    })
    await build.write({ file, format: 'esm', codeSplitting: false })
    await build.close()
    return { file, remove }
  } catch (error) {
    remove()
    throw error
  }
}
