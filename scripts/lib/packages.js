// Debian packages: what is missing is installed on Debian and Ubuntu as root, with each command printed and nothing
// ever removed. Elsewhere the script says what to install and stops.

import { existsSync, readFileSync } from 'node:fs'
import { capture, run, which } from './command.js'
import { Stop, step } from './say.js'

/**
 * What may be needed: a program (or file) that shows it is there, or either of two, and the package that brings it.
 * `g++`, `make` and `python3` build node-pty, which has no ready-made Linux binary.
 */
export const needs = {
  compiler: { shows: ['g++', 'make'], packages: ['build-essential'] },
  python: { shows: ['python3'], packages: ['python3'] },
  engine: { shows: ['dockerd'], packages: ['docker.io', 'iptables'] },
  bootstrap: { shows: ['mmdebstrap'], packages: ['mmdebstrap'] },
  // Chromium without its window takes a fifth less of the processor. Without any font of the system's, it measures
  // letters that our own fonts lack as nothing.
  chromium: {
    shows: ['chromium-headless-shell|chromium'],
    packages: ['chromium-headless-shell', 'fonts-liberation'],
  },
  mariadb: {
    shows: ['mariadbd', '/usr/lib/galera/libgalera_smm.so'],
    packages: ['mariadb-server', 'galera-4'],
  },
  redis: { shows: ['redis-server'], packages: ['redis-server'] },
  sshClient: { shows: ['ssh', 'scp', 'sftp'], packages: ['openssh-client'] },
  sshTransfers: { shows: ['rsync', 'git', 'curl'], packages: ['rsync', 'git', 'curl'] },
  sshfs: { shows: ['sshfs', 'fusermount3'], packages: ['sshfs', 'fuse3'] },
  sshServer: { shows: ['sshd'], packages: ['openssh-server'] },
  nginx: { shows: ['nginx'], packages: ['nginx'] },
  wrk: { shows: ['wrk'], packages: ['wrk'] },
  socat: { shows: ['socat'], packages: ['socat'] },
  curl: { shows: ['curl'], packages: ['curl'] },
  caddy: { shows: ['caddy'], packages: ['caddy'] },
  // Tells Chromium whom to trust.
  certutil: { shows: ['certutil'], packages: ['libnss3-tools'] },
  openssl: { shows: ['openssl'], packages: ['openssl'] },
  memberlist: {
    shows: ['go', '/usr/share/gocode/src/github.com/hashicorp/memberlist'],
    packages: ['golang-go', 'golang-github-hashicorp-memberlist-dev'],
  },
  compose: { shows: ['docker-compose'], packages: ['docker-compose'] },
  ip: { shows: ['ip'], packages: ['iproute2'] },
  // What the documentation’s commands use besides.
  pages: { shows: ['jq', 'unshare'], packages: ['jq', 'util-linux'] },
  iptables: { shows: ['iptables'], packages: ['iptables'] },
}

const isThere = (shown) => shown.split('|').some((program) => which(program) !== undefined)

/** Installs what is missing of the named needs. */
export async function ensurePackages(names) {
  const missing = names.filter((name) => !needs[name].shows.every(isThere))
  const packages = [...new Set(missing.flatMap((name) => needs[name].packages))]
  if (packages.length === 0) return
  step(`Installing what is missing: ${packages.join(', ')}`)
  requireApt(packages)
  await apt(packages)
  const absent = missing.flatMap((name) => needs[name].shows).filter((one) => !isThere(one))
  if (absent.length > 0)
    throw new Stop(`Still missing after the installation: ${absent.join(', ')}.`)
}

/** True on Debian, Ubuntu and what calls itself like them. */
export function isDebianLike(osRelease = readOsRelease()) {
  const ids = /^ID(?:_LIKE)?="?([^"\n]*)"?$/gm
  const words = [...osRelease.matchAll(ids)].flatMap((match) => match[1].split(' '))
  return words.includes('debian') || words.includes('ubuntu')
}

function readOsRelease() {
  return existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
}

/** Whether missing packages can be installed by us. */
export function canInstall() {
  return isDebianLike() && which('apt-get') !== undefined && process.getuid?.() === 0
}

/** @throws {Stop} naming the packages, where we cannot install them ourselves */
export function requireApt(packages) {
  if (canInstall()) return
  const advice = isDebianLike()
    ? [`As root: apt-get update && apt-get install --no-remove ${packages.join(' ')}`]
    : [`Install what Debian calls ${packages.join(', ')} with your system’s package manager.`]
  throw new Stop(`Missing on this machine: ${packages.join(', ')}.`, [
    ...advice,
    'Then run this again.',
  ])
}

async function apt(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  // The lists of a fresh machine are empty or name versions that the mirror no longer has.
  await run(['apt-get', 'update', '-q'], { env })
  const install = ['apt-get', 'install', '--no-remove', '--no-install-recommends', '-y', '-q']
  await run([...install, ...packages], {
    env,
    advice: [
      'Skein removes nothing to make room; resolve the conflict that apt names, then run this again.',
    ],
  })
}

/** Downloads a package and unpacks it into `folder` without installing it. */
export async function unpackPackage(name, folder) {
  requireApt([name])
  let download = await capture(['apt-get', 'download', '-q', name], { cwd: folder })
  if (download.status !== 0) {
    await run(['apt-get', 'update', '-q'])
    download = await capture(['apt-get', 'download', '-q', name], { cwd: folder })
  }
  if (download.status !== 0)
    throw new Stop(`The package ${name} could not be had:\n${download.output}`)
  await capture(['sh', '-c', 'dpkg-deb -x ./*.deb . && rm ./*.deb'], { cwd: folder })
}
