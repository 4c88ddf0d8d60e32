// Packs `skein` for laptops into dist/cli/skein.mjs: one file with all that it imports, for Node 20 and newer on Linux
// and macOS. Plain JavaScript, because it runs before anything is built.

import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const target = path.join(root, 'dist/cli/skein.mjs')
/** What it was made of, with sizes and times of change. Beside the folder, which peers hand out. */
const stamps = path.join(root, 'dist/cli-stamps.json')
const self = fileURLToPath(import.meta.url)
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
  // All that was read, also what left nothing in the file.
  const read = await build.watchFiles
  await build.close()
  const chunks = output.filter((one) => one.type === 'chunk')
  const [chunk] = chunks
  if (!chunk || chunks.length > 1) throw new Error(`${chunks.length} files instead of one`)
  return { code: chunk.code, sources: read.filter((file) => fs.existsSync(file)) }
}

const stampOf = (file) => {
  const { size, mtimeMs } = fs.statSync(file)
  return [file, size, mtimeMs]
}

/** Whether it is there, and made by this program of the very files that are there. */
function isFresh() {
  try {
    const made = JSON.parse(fs.readFileSync(stamps, 'utf8'))
    return made.every((stamp) => String(stamp) === String(stampOf(stamp[0])))
  } catch {
    // Never packed, or one of them is gone.
    return false
  }
}

/** Written beside and moved into place, so that nobody is ever handed half of it. */
async function pack() {
  const { code, sources } = await bundle()
  const draft = `${target}.${process.pid}`
  fs.mkdirSync(path.dirname(target), { recursive: true })
  fs.writeFileSync(draft, code, { mode: 0o755 })
  fs.renameSync(draft, target)
  fs.writeFileSync(draft, JSON.stringify([self, target, ...sources].map(stampOf)))
  fs.renameSync(draft, stamps)
  console.log(`cli: packed dist/cli/skein.mjs (${Math.round(code.length / 1024)} kB)`)
}

try {
  // A test is given this word: most of what it would wait for is the packing of what is packed.
  if (!process.argv.includes('--if-changed') || !isFresh()) await pack()
} catch (error) {
  console.error(`cli: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
