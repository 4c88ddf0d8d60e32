// Packs `skein` for laptops into dist/cli/skein.mjs: one file with all that it imports, for Node 20 and newer on Linux
// and macOS. Plain JavaScript, because it runs before anything is built.

import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const target = path.join(root, 'dist/cli/skein.mjs')
/** Faster variants of what `ws` does itself; they are native, so they stay out. */
const LEFT_OUT = ['bufferutil', 'utf-8-validate']

async function bundle() {
  const { rolldown } = await import('rolldown')
  const build = await rolldown({
    input: path.join(root, 'cli/remote/laptop.ts'),
    platform: 'node',
    external: LEFT_OUT,
    logLevel: 'warn',
    transform: {
      target: 'node20',
      define: {
        'process.env.WS_NO_BUFFER_UTIL': '"1"',
        'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
      },
    },
  })
  const { output } = await build.generate({
    format: 'esm',
    codeSplitting: false,
    minify: 'dce-only',
    banner: '#!/usr/bin/env node',
  })
  await build.close()
  const chunks = output.filter((one) => one.type === 'chunk')
  const [chunk] = chunks
  if (!chunk || chunks.length > 1) throw new Error(`${chunks.length} files instead of one`)
  return chunk.code
}

/** Written beside and moved into place, so that nobody is ever handed half of it. */
async function pack() {
  const code = await bundle()
  const draft = `${target}.${process.pid}`
  fs.mkdirSync(path.dirname(target), { recursive: true })
  fs.writeFileSync(draft, code, { mode: 0o755 })
  fs.renameSync(draft, target)
  console.log(`cli: packed dist/cli/skein.mjs (${Math.round(code.length / 1024)} kB)`)
}

try {
  await pack()
} catch (error) {
  console.error(`cli: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
