// The images that work without a registry: a Debian base made here by mmdebstrap, and for the tests an image of one
// static busybox. Imported over the engine's socket.

import { spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask } from './engine.js'
import { canInstall, ensurePackages, unpackPackage } from './packages.js'
import { command, note, Stop, step } from './say.js'

export const BASE_IMAGE = 'skein/base:1'
export const DEBIAN_TEST_IMAGE = 'skein/debian-test:1'
export const BUSYBOX_TEST_IMAGE = 'skein/busybox-test:1'

/** The image whose pull shows that a registry answers. */
const PROBE_IMAGE = 'debian:bookworm'
/** A registry that sends nothing for so long counts as absent. */
const PULL_SILENCE_MS = 10_000
/** mmdebstrap sends its first byte only when all packages are unpacked. */
const IMPORT_SILENCE_MS = 15 * 60_000

/** What a developer expects to find in a shell. */
const BASE_PACKAGES = `
  bash bash-completion ca-certificates curl git iproute2 less locales make nano openssh-client
  procps psmisc python3 rsync tmux tzdata unzip vim-tiny xz-utils
`
  .trim()
  .split(/\s+/)

/** Makes sure that the base image is there: of a registry's Debian, else of packages from the machine's mirror. */
export async function ensureBaseImage() {
  if (await hasImage(BASE_IMAGE)) return
  if (await canPull(PROBE_IMAGE)) return buildBaseImage()
  if (canInstall()) return bootstrapBaseImage()
  note(`${BASE_IMAGE} cannot be made on this machine: spaces need images that the engine has`)
}

/** The images of the tests: the base under a name that tests may rely on, and one with nothing in it but a busybox. */
export async function ensureTestImages() {
  await ensureBaseImage()
  // Again each time: the tests' name must not stay on an image from before a package was added.
  if (await hasImage(BASE_IMAGE)) await tag(BASE_IMAGE, DEBIAN_TEST_IMAGE)
  if (!(await hasImage(BUSYBOX_TEST_IMAGE))) await makeBusyboxImage()
}

export async function hasImage(name) {
  return (await ask('GET', `/images/${encodeURI(name)}/json`)).status === 200
}

/** Pulls an image; false where no registry gives it. */
export async function canPull(name) {
  step(`Asking the registry for ${name}`)
  try {
    const [fromImage, version] = name.split(':')
    const path = `/images/create?${new URLSearchParams({ fromImage, tag: version })}`
    const answer = await ask('POST', path, { idleMs: PULL_SILENCE_MS })
    const ok = answer.status === 200 && !answer.text.includes('"error"')
    note(ok ? 'pulled' : 'no registry answers; it is made here')
    return ok
  } catch {
    note('no registry answers; it is made here')
    return false
  }
}

/** What makes Debian a place to work in: a user, and a vim by its usual name. */
const FINISH = [
  'useradd --create-home --uid 1000 --shell /bin/bash dev',
  'ln -sf vim.tiny /usr/bin/vim',
]
const CHANGES = ['USER dev', 'WORKDIR /home/dev', 'ENV LANG=C.UTF-8', 'CMD ["/bin/bash"]']

/** By the engine itself, so that this works for whoever may use an engine, on any system. */
async function buildBaseImage() {
  step(`Building ${BASE_IMAGE} from ${PROBE_IMAGE} (once, about a minute)`)
  const install = `apt-get update && apt-get install -y --no-install-recommends ${BASE_PACKAGES.join(' ')}`
  const commands = [install, ...FINISH, 'rm -rf /var/lib/apt/lists/*'].join(' && ')
  const recipe = [`FROM ${PROBE_IMAGE}`, `RUN ${commands}`, ...CHANGES].join('\n')
  const folder = mkdtempSync(join(tmpdir(), 'skein-base-'))
  try {
    writeFileSync(join(folder, 'Dockerfile'), recipe)
    await buildImage(BASE_IMAGE, ['tar', '-C', folder, '-c', '.'])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Lets the engine build what `tar` writes. */
export async function buildImage(name, tar, buildargs = {}) {
  const query = { t: name, rm: '1', buildargs: JSON.stringify(buildargs) }
  const answer = await ask('POST', `/build?${new URLSearchParams(query)}`, {
    body: spawnQuietly(tar).stdout,
    idleMs: IMPORT_SILENCE_MS,
  })
  if (answer.status !== 200 || answer.text.includes('"error"')) {
    throw new Stop(`Docker did not build ${name}: ${answer.text.trim().slice(-2000)}`)
  }
  note(`${name} is there`)
}

async function bootstrapBaseImage() {
  const hooks = FINISH.map((line) => `chroot "$1" ${line}`)
  await bootstrap(BASE_IMAGE, { packages: BASE_PACKAGES, hooks, changes: CHANGES })
}

/** Makes an image of Debian packages; `hooks` are mmdebstrap’s, `changes` lines of a Dockerfile. */
export async function bootstrap(name, { packages, hooks, changes }) {
  step(`Making ${name} from Debian packages (once, about a minute)`)
  await ensurePackages(['bootstrap'])
  const argv = ['mmdebstrap', '--variant=minbase', `--include=${packages.join(',')}`]
  for (const hook of hooks) argv.push(`--customize-hook=${hook}`)
  const child = spawnQuietly([...argv, suiteOf(readFileSync('/etc/os-release', 'utf8')), '-'])
  await importFrom(child, name, changes)
}

/** The release to make: the machine's own, since its package mirror is known to carry that. */
export function suiteOf(osRelease) {
  const field = (name) => new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(osRelease)?.[1]
  const isKnown = field('ID') === 'debian' || field('ID') === 'ubuntu'
  return (isKnown && field('VERSION_CODENAME')) || 'bookworm'
}

function spawnQuietly(argv) {
  command(argv)
  const child = spawn(argv[0], argv.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors = (errors + text).slice(-4000)
  })
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, errors }))
  })
  return { stdout: child.stdout, ended }
}

async function makeBusyboxImage() {
  step(`Making ${BUSYBOX_TEST_IMAGE} from one static busybox`)
  const folder = mkdtempSync(join(tmpdir(), 'skein-busybox-'))
  try {
    await unpackPackage('busybox-static', folder)
    const bin = join(folder, 'image', 'bin')
    mkdirSync(bin, { recursive: true })
    renameSync(join(folder, 'bin', 'busybox'), join(bin, 'busybox'))
    symlinkSync('busybox', join(bin, 'sh'))
    const tar = spawnQuietly([
      'tar',
      '-C',
      join(folder, 'image'),
      '--owner=0',
      '--group=0',
      '-c',
      '.',
    ])
    await importFrom(tar, BUSYBOX_TEST_IMAGE, ['CMD ["/bin/sh"]'])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Imports what a program writes; an image that is half written is taken away again. */
async function importFrom(program, name, changes) {
  const [imported, ended] = await Promise.allSettled([
    importImage(name, program.stdout, changes),
    program.ended,
  ])
  if (ended.status === 'rejected')
    throw new Stop(`The program did not start: ${ended.reason.message}`)
  if (ended.value.status !== 0) {
    await ask('DELETE', `/images/${encodeURI(name)}`)
    throw new Stop(`The program ended with status ${ended.value.status}:\n${ended.value.errors}`)
  }
  if (imported.status === 'rejected') throw imported.reason
}

async function importImage(name, stream, changes) {
  const [repo, version] = name.split(':')
  const query = new URLSearchParams({ fromSrc: '-', repo, tag: version })
  for (const change of changes) query.append('changes', change)
  const answer = await ask('POST', `/images/create?${query}`, {
    body: stream,
    idleMs: IMPORT_SILENCE_MS,
  })
  if (answer.status !== 200 || answer.text.includes('"error"')) {
    throw new Stop(`Docker did not take the image ${name}: ${answer.text.trim()}`)
  }
  note(`${name} is there`)
}

async function tag(name, as) {
  const [repo, version] = as.split(':')
  const query = new URLSearchParams({ repo, tag: version })
  const answer = await ask('POST', `/images/${encodeURI(name)}/tag?${query}`)
  if (answer.status !== 201) throw new Stop(`There is no image ${as}: ${answer.text.trim()}`)
}
