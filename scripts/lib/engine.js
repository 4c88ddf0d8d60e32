// The Docker engine, asked over its own HTTP socket (a machine may have an engine and no `docker` command), and
// started where none answers. An engine that answers is never replaced, restarted or stopped.

import { spawn } from 'node:child_process'
import { existsSync, openSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { run, which } from './command.js'
import { ensurePackages } from './packages.js'
import { command, note, Stop, step } from './say.js'

/** How long a freshly started engine may take until it answers; a first start makes its storage. */
const START_DEADLINE_MS = 60_000
const PING_TIMEOUT_MS = 2_000
const LOG_PATH = '/var/log/skein-dockerd.log'

/** Where the engine listens: DOCKER_HOST (unix:// or tcp://), else the usual socket. */
export function engineAddress(dockerHost = process.env.DOCKER_HOST) {
  if (!dockerHost) return { socketPath: '/var/run/docker.sock' }
  const url = new URL(dockerHost)
  if (url.protocol === 'unix:') return { socketPath: url.pathname }
  if (url.protocol === 'tcp:') return { host: url.hostname, port: Number(url.port || 2375) }
  throw new Stop(`DOCKER_HOST=${dockerHost} is neither unix:// nor tcp://.`)
}

/**
 * One request to the engine; resolves to status and body text. `body` is a string or a readable stream, `onChunk`
 * sees the answer as it comes, `idleMs` ends a silent connection.
 */
export function ask(method, path, { body, onChunk, idleMs = 60_000 } = {}) {
  return new Promise((resolve, reject) => {
    const headers = typeof body === 'string' ? { 'content-type': 'application/json' } : {}
    const request = http.request({ ...engineAddress(), method, path, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
        onChunk?.(chunk)
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    })
    request.setTimeout(idleMs, () => request.destroy(new Error(`silent for ${idleMs} ms`)))
    request.on('error', reject)
    if (typeof body === 'object') body.on('error', (error) => request.destroy(error)).pipe(request)
    else request.end(body)
  })
}

/** The engine's version, or undefined when none answers. */
export async function engineVersion() {
  try {
    const answer = await ask('GET', '/version', { idleMs: PING_TIMEOUT_MS })
    return answer.status === 200 ? JSON.parse(answer.text).Version : undefined
  } catch {
    return undefined
  }
}

/** Makes sure that an engine answers; installs and starts one where that is possible. */
export async function ensureEngine() {
  const version = await engineVersion()
  if (version !== undefined) return
  if (process.env.DOCKER_HOST) {
    throw new Stop(`No Docker engine answers at DOCKER_HOST=${process.env.DOCKER_HOST}.`)
  }
  if (process.getuid?.() !== 0)
    throw new Stop('No Docker engine answers on this machine.', advice())
  await ensurePackages(['engine'])
  await startEngine()
}

function advice() {
  const reachable = existsSync('/var/run/docker.sock')
  return reachable
    ? [
        'If it runs, your user needs the group “docker”: sudo usermod -aG docker "$USER", then log in again.',
      ]
    : [
        'Install Docker (https://docs.docker.com/engine/install) and start it,',
        'or run this as root on Debian or Ubuntu, where Skein does that itself.',
      ]
}

async function startEngine() {
  step('Starting the Docker engine')
  if (existsSync('/run/systemd/system')) {
    await run(['systemctl', 'start', 'docker'])
  } else {
    clearStale('/var/run/docker.pid', 'dockerd')
    clearStale('/var/run/docker/containerd/containerd.pid', 'containerd')
    if (!isRunning('/var/run/docker.pid', 'dockerd')) spawnEngine()
  }
  await untilAnswers()
}

/** In a session of its own, so that Ctrl-C here does not end it; with live-restore, so that its end ends no container. */
function spawnEngine() {
  const argv = [which('dockerd') ?? 'dockerd', '--live-restore']
  command([...argv, `>${LOG_PATH}`])
  const log = openSync(LOG_PATH, 'a')
  spawn(argv[0], argv.slice(1), { detached: true, stdio: ['ignore', log, log] }).unref()
}

async function untilAnswers() {
  const deadline = Date.now() + START_DEADLINE_MS
  while (Date.now() < deadline) {
    const version = await engineVersion()
    if (version !== undefined) return note(`Docker ${version} answers`)
    await delay(250)
  }
  throw new Stop(`The Docker engine does not answer after ${START_DEADLINE_MS / 1000} s.`, [
    `Its last words (${LOG_PATH}):`,
    ...lastLines(LOG_PATH, 8),
  ])
}

/**
 * Removes a pid file whose process is gone or is by now another program: dockerd refuses to start when any process has
 * that number.
 */
function clearStale(path, program) {
  if (!existsSync(path) || isRunning(path, program)) return
  note(`removing the stale ${path}`)
  rmSync(path)
}

function isRunning(path, program) {
  try {
    const pid = readFileSync(path, 'utf8').trim()
    return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === program
  } catch {
    return false
  }
}

function lastLines(path, count) {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-count)
}
