// What a test run that was killed leaves behind: servers that still run on their data folders, their containers, networks
// and volumes in the engine, and network namespaces. What belongs to a test process that lives is another run's, and stays.

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { capture } from './command.js'
import { ask } from './engine.js'
import { removeLostEngines } from './more-engines.js'
import { note } from './say.js'

/** On everything that a Skein makes. Tests that have no server call theirs `test-<pid>-…`. */
const CLUSTER_LABEL = 'dev.skein.cluster'
/** On what docker-compose makes: tests’ projects are called `skein-test-<pid>-…`. */
const PROJECT_LABEL = 'com.docker.compose.project'
/** Shared by every Skein on an engine, so never one run's own. */
const SHARED = /^\/?skein-agent-/
/** Where iproute2 keeps the namespaces that have names. */
const NAMESPACES = '/run/netns'
/** Where peers of a cluster have their sockets for agents, when root runs them. */
const MACHINE_FOLDER = '/run/skein'

export async function removeLeftovers() {
  const databases = dataFolders('skein-mariadb-').filter(({ owner }) => !isAlive(owner))
  for (const { path } of databases) endDatabase(path)
  const clusters = dataFolders('skein-test-')
    .filter((folder) => !isAlive(folder.owner))
    .map(endServers)
  const isOurs = (labels) =>
    isLeftover(labels[CLUSTER_LABEL], clusters) ||
    isLeftover(labels[PROJECT_LABEL]?.replace(/^skein-/, ''), [])
  const containers = (await list('/containers/json?all=1')).filter(({ Labels, Names }) => {
    return isOurs(Labels ?? {}) && !Names.some((name) => SHARED.test(name))
  })
  for (const { Id } of containers) await remove(`/containers/${Id}?force=1&v=1`)
  const networks = (await list('/networks')).filter(({ Labels }) => isOurs(Labels ?? {}))
  for (const { Id } of networks) await remove(`/networks/${Id}`)
  const volumes = ((await list('/volumes')).Volumes ?? []).filter(({ Labels, Name }) => {
    return isOurs(Labels ?? {}) && !SHARED.test(Name)
  })
  for (const { Name } of volumes) await remove(`/volumes/${encodeURIComponent(Name)}?force=1`)
  const spaces = namespaces().filter((name) => isLostNamespace(name))
  for (const name of spaces) await capture(['ip', 'netns', 'del', name])
  const made = [databases, clusters, containers, networks, volumes, spaces]
  const engines = await removeLostEngines(isAlive)
  const count = made.reduce((sum, { length }) => sum + length, engines)
  if (count > 0) note(`removed ${count} things that an earlier test run left behind`)
}

/** The folders of tests' servers, with the process that made each. */
function dataFolders(prefix) {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(tmpdir(), name))
    .map((path) => ({ path, owner: readJson(join(path, 'test-process.json')) }))
    .filter(({ owner }) => owner !== undefined)
}

/** Ends what runs on a folder, removes it, and answers the cluster that marks its containers. */
function endServers({ path }) {
  const peer = readJson(join(path, 'run', 'peer-1.json'))
  const gateway = readJson(join(path, 'run', 'gateway-1.json'))
  for (const process of [readJson(join(path, 'run', 'supervisor.lock')), peer, gateway])
    end(process)
  rmSync(path, { recursive: true, force: true })
  if (peer?.cluster) rmSync(join(MACHINE_FOLDER, peer.cluster), { recursive: true, force: true })
  return peer?.cluster
}

/** Only what runs on this folder: a number may have been given again. */
function endDatabase(path) {
  try {
    const pid = Number(readFileSync(join(path, 'pid'), 'utf8'))
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(path)) process.kill(pid, 'SIGKILL')
  } catch {
    // It had ended.
  }
  rmSync(path, { recursive: true, force: true })
}

/** The supervisor first, or it would start the next peer. */
function end(identity) {
  if (isAlive(identity)) process.kill(identity.pid, 'SIGKILL')
}

/** The same process, not merely the same number: see server/supervisor/process.ts. */
function isAlive(identity) {
  if (identity === undefined) return false
  try {
    const stat = readFileSync(`/proc/${identity.pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] !== 'Z' && fields[19] === identity.startTime
  } catch {
    return false
  }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * True for what a dead test made: `clusters` are those of its servers. A process number that was given again keeps the
 * thing until the next run, which is harmless.
 */
export function isLeftover(cluster, clusters, isRunning = hasProcess) {
  if (cluster === undefined) return false
  const pid = /^test-(\d+)-/.exec(cluster)?.[1]
  return clusters.includes(cluster) || (pid !== undefined && !isRunning(pid))
}

const hasProcess = (pid) => existsSync(`/proc/${pid}`)

/** True for a namespace of a test process that is gone: tests/cluster/namespaces.ts names them `sk<pid>-…`. */
export function isLostNamespace(name, isRunning = hasProcess) {
  const pid = /^sk(\d+)-(?:\d+|hub)$/.exec(name)?.[1]
  return pid !== undefined && !isRunning(pid)
}

function namespaces() {
  return existsSync(NAMESPACES) ? readdirSync(NAMESPACES) : []
}

async function list(path) {
  return JSON.parse((await ask('GET', path)).text)
}

async function remove(path) {
  await ask('DELETE', path)
}
