// The image of a peer, and the one that it stands on: a registry's Node, or where none answers one made of this machine's
// packages. docker-compose.yml reads from .env which it was, and which group the engine's socket has.

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { capture } from './command.js'
import { ensureDependencies } from './dependencies.js'
import { engineAddress } from './engine.js'
import { bootstrap, buildImage, canPull, DEBIAN_TEST_IMAGE, hasImage } from './images.js'
import { node24, root } from './node24.js'
import { canInstall } from './packages.js'
import { note, Stop, step } from './say.js'

/** What Dockerfile stands on where nothing else is said; the tidy test compares. */
export const PULLED_BASE = 'node:24-bookworm-slim'
export const OWN_BASE = 'skein/node:24'
const TEST_BASE = 'skein/node-test:24'
/** As Node 24.21 brings it. */
const NPM = 'npm@11.19.1'
/** What the machine trusts, which may be more than Debian does. */
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt'

export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
export const PEER_IMAGE = `skein/peer:${version}`

/** Resolves to the name of an image with Node 24 and npm. */
export async function ensureNodeImage() {
  if (await hasImage(PULLED_BASE)) return PULLED_BASE
  if (await hasImage(OWN_BASE)) return OWN_BASE
  if (await canPull(PULLED_BASE)) return PULLED_BASE
  if (!canInstall()) {
    throw new Stop(`${PULLED_BASE} cannot be had, and nothing can be made of it here.`, [
      'As root on Debian or Ubuntu this makes an image like it;',
      'or load one (docker load) and run this again.',
    ])
  }
  await bootstrapNodeImage()
  return OWN_BASE
}

/**
 * For tests, which do without what an image of its own would leave out: upon the Debian that they have already, in a
 * fifth of the time.
 */
export async function ensureTestNodeImage() {
  if (await hasImage(PULLED_BASE)) return PULLED_BASE
  if (await hasImage(TEST_BASE)) return TEST_BASE
  if (await canPull(PULLED_BASE)) return PULLED_BASE
  step(`Building ${TEST_BASE} on ${DEBIAN_TEST_IMAGE}`)
  await withNode(async ({ folder, node, npm }) => {
    const [to, file] = [dirname(AUTHORITIES), basename(AUTHORITIES)]
    const authorities = existsSync(AUTHORITIES)
      ? [['-C', to, file], [`COPY ${file} ${to}/`]]
      : [[], []]
    const copies = ['bin', 'include', 'lib'].map((name) => `COPY ${name} /usr/local/${name}/`)
    const recipe = [
      `FROM ${DEBIAN_TEST_IMAGE}`,
      'USER root',
      'WORKDIR /',
      ...copies,
      ...authorities[1],
    ]
    writeFileSync(join(folder, 'Dockerfile'), [...recipe, 'CMD ["node"]', ''].join('\n'))
    const ofNode = ['-C', node, 'bin', 'include', '-C', npm, 'bin', 'lib']
    await buildImage(TEST_BASE, [
      'tar',
      '-c',
      '-C',
      folder,
      'Dockerfile',
      ...ofNode,
      ...authorities[0],
    ])
  })
  return TEST_BASE
}

async function bootstrapNodeImage() {
  await withNode(async ({ node, npm }) => {
    await bootstrap(OWN_BASE, {
      packages: ['ca-certificates', 'libstdc++6'],
      hooks: [
        `copy-in ${join(node, 'bin')} ${join(node, 'include')} /usr/local`,
        `copy-in ${join(npm, 'lib')} ${join(npm, 'bin')} /usr/local`,
        ...(existsSync(AUTHORITIES) ? [`copy-in ${AUTHORITIES} ${dirname(AUTHORITIES)}`] : []),
      ],
      changes: ['CMD ["node"]'],
    })
  })
}

/** Node as npm brought it here, its headers, and npm: what the registry's image has in /usr/local. */
async function withNode(make) {
  await ensureDependencies()
  const folder = mkdtempSync(join(tmpdir(), 'skein-node-'))
  try {
    const npm = join(folder, 'npm')
    const { status, output } = await capture(['npm', 'install', '--global', '--prefix', npm, NPM], {
      cwd: folder,
    })
    if (status !== 0) throw new Stop(`npm could not be had:\n${output.trim()}`)
    await make({ folder, node: dirname(dirname(node24())), npm })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export async function buildPeerImage(base) {
  step(`Building ${PEER_IMAGE} on ${base} (a few minutes at first)`)
  await buildImage(PEER_IMAGE, ['tar', '-C', root, ...contextOf(ignoreFile())], { BASE: base })
}

const ignoreFile = () => readFileSync(join(root, '.dockerignore'), 'utf8')

/** What .dockerignore lets through, as tar’s arguments; docker’s own client reads the file itself. */
export function contextOf(ignored) {
  const lines = ignored.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const wanted = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  const left = lines.filter((line) => line.startsWith('**/')).map((line) => line.slice(3))
  return [...left.map((name) => `--exclude=${name}`), '-c', 'Dockerfile', ...wanted]
}

/** Notes for docker-compose what it cannot find out; lines that are there stay. */
export function writeEnvironment(base, file = join(root, '.env')) {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const added = missingLines(before, { DOCKER_GID: socketGroup(), NODE_IMAGE: base })
  if (added === '') return
  writeFileSync(file, before.replace(/[^\n]$/, '$&\n') + added)
  note(`.env: ${added.trim().replaceAll('\n', ', ')}`)
}

export function missingLines(text, wanted) {
  const isThere = (name) => new RegExp(`^${name}=`, 'm').test(text)
  return Object.entries(wanted)
    .filter(([name, value]) => value !== undefined && !isThere(name))
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

/** Undefined where the engine is another machine’s. */
function socketGroup() {
  const { socketPath } = engineAddress()
  return socketPath === undefined ? undefined : statSync(socketPath).gid
}
