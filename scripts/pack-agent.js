// Packs the agent into dist/agent/: a folder that runs in any Linux image, even one without a libc. It holds Node, the
// glibc loader with the libraries that Node and node-pty need, node-pty's addon and the bundled agent. Started as
//   lib/ld-linux-x86-64.so.2 --library-path lib node agent.mjs
// Plain JavaScript, because it runs before anything is built, on Node 20 as on 24.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const target = path.join(root, 'dist/agent')
const stampFile = path.join(root, 'dist/agent.inputs')

/** What glibc opens by itself at run time to look up host names; part of libc.so.6 since glibc 2.34. */
const LOOKUP_LIBRARIES = ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2']
/** node-pty's files that are loaded on Linux; the rest is for Windows, its tests and its sources. */
const PTY_FILES = [
  'package.json',
  'LICENSE',
  'build/Release/pty.node',
  'lib/index.js',
  'lib/unixTerminal.js',
  'lib/terminal.js',
  'lib/eventEmitter2.js',
  'lib/utils.js',
]

/**
 * What the agent's SSH server imports of ssh2, and what that requires: copied, since a part of it does not bear bundling.
 * Its ciphers in C++ are left out, for the reason in ssh/no-addon.ts, and cpu-features, which only orders ciphers.
 */
const SSH_PACKAGES = ['ssh2', 'asn1', 'bcrypt-pbkdf', 'safer-buffer', 'tweetnacl']

/** The folder of the package that carries Node's binary for this machine. */
function findNode() {
  const require = createRequire(import.meta.url)
  const name = `node-linux-${process.arch}`
  try {
    return path.join(path.dirname(require.resolve(`${name}/package.json`)), 'bin/node')
  } catch {
    throw new Error(`The package ${name} is not installed. Run "npm ci" on Linux (x64 or arm64).`)
  }
}

function filesUnder(folder) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
}

/** One hash over all that went in: modules by content, large binaries by size and time. */
function hashInputs(modules, binaries) {
  const hash = createHash('sha256')
  for (const file of [fileURLToPath(import.meta.url), ...modules]) {
    hash.update(`${file}\0`).update(fs.readFileSync(file))
  }
  for (const file of binaries) hash.update(`${file}:${stampOf(file)}\0`)
  return hash.digest('hex')
}

function stampOf(file) {
  const { size, mtimeMs } = fs.statSync(file)
  return `${size}:${mtimeMs}`
}

/** The version in dist/agent when what it was made of is as it was then. */
function upToDateVersion(binaries) {
  try {
    const { modules, hash } = JSON.parse(fs.readFileSync(stampFile, 'utf8'))
    if (hash !== hashInputs(modules, binaries)) return undefined
    return fs.readFileSync(path.join(target, 'VERSION'), 'utf8').trim()
  } catch {
    // Never packed, or a module is gone.
    return undefined
  }
}

/** Bundles the agent; answers the files that went in. */
async function bundle(folder) {
  const { rolldown } = await import('rolldown')
  const build = await rolldown({
    input: path.join(root, 'agent/main.ts'),
    platform: 'node',
    external: ['node-pty', /^ssh2\//],
    logLevel: 'warn',
  })
  const { output } = await build.write({
    dir: folder,
    format: 'esm',
    minify: false,
    entryFileNames: 'agent.mjs',
    chunkFileNames: 'chunks/[name]-[hash].mjs',
  })
  await build.close()
  const modules = output.flatMap((chunk) => ('moduleIds' in chunk ? chunk.moduleIds : []))
  return [...new Set(modules)].filter((file) => path.isAbsolute(file)).sort()
}

/** Puts Node without its debug symbols into the folder; the last pack's is taken when it is of the same binary. */
function placeNode(node, folder) {
  const kept = path.join(root, `dist/node-${stampOf(node).replace(/\W/g, '-')}`)
  if (!fs.existsSync(kept)) {
    for (const old of fs.readdirSync(path.dirname(kept))) {
      if (old.startsWith('node-')) fs.rmSync(path.join(root, 'dist', old))
    }
    const draft = `${kept}.${process.pid}`.replace('/node-', '/draft-')
    fs.copyFileSync(node, draft)
    strip(draft)
    fs.chmodSync(draft, 0o755)
    fs.renameSync(draft, kept)
  }
  fs.linkSync(kept, path.join(folder, 'node'))
}

function strip(file) {
  const before = fs.statSync(file).size
  try {
    execFileSync('strip', [file], { stdio: 'pipe' })
    say(`stripped node: ${megabytes(before)} to ${megabytes(fs.statSync(file).size)}`)
  } catch {
    say(`node is packed with its symbols (${megabytes(before)}): there is no strip here`)
  }
}

/** The shared libraries of some binaries, the loader among them, as this machine would load them. */
function librariesOf(binaries) {
  const found = new Map()
  for (const binary of binaries) {
    const lines = execFileSync('ldd', [binary], { encoding: 'utf8' }).split('\n')
    for (const line of lines) {
      if (line.includes('not found')) throw new Error(`${binary} misses a library: ${line.trim()}`)
      const file = /(\/\S+) \(0x/.exec(line)?.[1]
      if (file) found.set(path.basename(file), file)
    }
  }
  const libc = found.get('libc.so.6')
  if (!libc)
    throw new Error('This machine has no glibc (is it Alpine?): the agent cannot be packed.')
  for (const name of LOOKUP_LIBRARIES) {
    const file = path.join(path.dirname(libc), name)
    if (fs.existsSync(file)) found.set(name, file)
  }
  return found
}

function placeLibraries(binaries, folder) {
  fs.mkdirSync(folder, { recursive: true })
  for (const [name, file] of librariesOf(binaries)) {
    const copy = path.join(folder, name)
    fs.copyFileSync(fs.realpathSync(file), copy)
    fs.chmodSync(copy, 0o755)
  }
}

function placePty(pty, folder) {
  for (const file of PTY_FILES) {
    const copy = path.join(folder, 'node_modules/node-pty', file)
    fs.mkdirSync(path.dirname(copy), { recursive: true })
    fs.copyFileSync(path.join(pty, file), copy)
  }
}

function placeSsh(modules, folder) {
  for (const name of SSH_PACKAGES) {
    const from = path.join(modules, name)
    for (const file of filesUnder(from).filter((one) => isNeeded(path.relative(from, one)))) {
      const copy = path.join(folder, 'node_modules', path.relative(modules, file))
      fs.mkdirSync(path.dirname(copy), { recursive: true })
      fs.copyFileSync(file, copy)
    }
  }
}

function isNeeded(file) {
  if (file === 'package.json' || file === 'LICENSE') return true
  return /^(lib\/.*|index|safer|dangerous|nacl-fast)\.js$/.test(file)
}

/** Names the content, so that a changed agent gets a volume of its own. */
function writeVersion(folder) {
  const hash = createHash('sha256')
  for (const file of filesUnder(folder)) {
    hash.update(`${path.relative(folder, file)}\0`).update(fs.readFileSync(file))
  }
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
  const name = `${version}-${hash.digest('hex').slice(0, 12)}`
  fs.writeFileSync(path.join(folder, 'VERSION'), `${name}\n`)
  return name
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`
const say = (text) => console.log(`agent: ${text}`)

async function pack() {
  const startedMs = performance.now()
  const node = findNode()
  const pty = path.join(root, 'node_modules/node-pty')
  const binaries = [node, path.join(pty, 'build/Release/pty.node')]
  const current = upToDateVersion(binaries)
  if (current) return say(`dist/agent is up to date (${current})`)
  // Built beside and moved into place, so that nobody ever sees half a folder.
  const draft = `${target}.${process.pid}`
  fs.rmSync(draft, { recursive: true, force: true })
  fs.mkdirSync(draft, { recursive: true })
  try {
    const modules = await bundle(draft)
    placeNode(node, draft)
    placePty(pty, draft)
    placeSsh(path.join(root, 'node_modules'), draft)
    placeLibraries(binaries, path.join(draft, 'lib'))
    const version = writeVersion(draft)
    fs.rmSync(target, { recursive: true, force: true })
    fs.renameSync(draft, target)
    fs.writeFileSync(stampFile, JSON.stringify({ modules, hash: hashInputs(modules, binaries) }))
    const bytes = filesUnder(target).reduce((sum, file) => sum + fs.statSync(file).size, 0)
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
    say(`packed ${version} into dist/agent (${megabytes(bytes)}, ${seconds} s)`)
  } finally {
    fs.rmSync(draft, { recursive: true, force: true })
  }
}

try {
  await pack()
} catch (error) {
  console.error(`agent: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
