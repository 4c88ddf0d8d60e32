// More Docker engines on this machine, each with folders, socket, key and bridge of its own: they stand for other hosts in
// tests and demonstrations. The machine's own engine is not touched: `--bridge=none` would take its `docker0` away, without
// a key of its own the second would have the first's id, and its rules for the packet filter would replace the first's.

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { capture, which } from './command.js'
import { Stop } from './say.js'

/** On a loaded machine with two cores. */
const START_MS = 60_000
const END_MS = 20_000
const PAUSE_MS = 100
/** Folders of tests begin so; beside them stands whose they are. */
export const ENGINE_FOLDER = 'skein-engine-'
const OWNER = 'owner.json'

/** Why no further engine can be had here; undefined where it can. */
export function whyNoEngine() {
  if (process.getuid?.() !== 0) return 'a further Docker engine needs root'
  return which('dockerd') && which('docker') && which('ip')
    ? undefined
    : 'this machine has no dockerd, docker or ip'
}

export class MoreEngine {
  /** `owner` is the process (pid and start time) with which it is left over. */
  constructor(folder, owner) {
    this.folder = folder
    this.owner = owner
    const hash = createHash('sha256').update(folder).digest()
    // 15 characters is what Linux takes.
    this.bridge = `sk-${hash.toString('hex').slice(0, 8)}`
    // One of 16,384 networks of 16 addresses, beside those of spaces.
    this.bip = `10.${215 + ((hash[4] ?? 0) % 4)}.${hash[5]}.${((hash[6] ?? 0) & 0xf0) + 1}/28`
  }

  get socket() {
    return join(this.folder, 'docker.sock')
  }

  get address() {
    return `unix://${this.socket}`
  }

  /** Starts it, or finds it running. */
  async start() {
    if (await this.#answers()) return
    await this.#makeWay()
    mkdirSync(this.folder, { recursive: true })
    if (this.owner) writeFileSync(join(this.folder, OWNER), JSON.stringify(this.owner))
    spawnSync('ip', ['link', 'add', this.bridge, 'type', 'bridge'])
    spawnSync('ip', ['addr', 'add', this.bip, 'dev', this.bridge])
    spawnSync('ip', ['link', 'set', this.bridge, 'up'])
    this.#spawn()
    for (const end = Date.now() + START_MS; Date.now() < end; await delay(PAUSE_MS)) {
      if (await this.#answers()) return
    }
    const log = readFileSync(join(this.folder, 'log'), 'utf8').split('\n').slice(-8)
    throw new Stop(`The engine in ${this.folder} does not answer.`, log)
  }

  /** In a session of its own, as the machine's own is; containers outlive its end. */
  #spawn() {
    const at = (name) => join(this.folder, name)
    writeFileSync(at('daemon.json'), JSON.stringify({ 'deprecated-key-path': at('key.json') }))
    const log = openSync(at('log'), 'a')
    const argv = [
      ...['--config-file', at('daemon.json'), '--live-restore', '--pidfile', at('docker.pid')],
      ...['--data-root', at('data'), '--exec-root', at('exec'), '-H', this.address],
      ...['--bridge', this.bridge, '--iptables=false', '--ip-masq=false'],
      ...['--default-address-pool', 'base=10.214.0.0/16,size=28'],
    ]
    spawn('dockerd', argv, { detached: true, stdio: ['ignore', log, log] }).unref()
  }

  async #answers() {
    if (!existsSync(this.socket)) return false
    return (await this.docker('version', '--format', '{{.Server.Version}}')).status === 0
  }

  /** The docker command on this engine. */
  docker(...words) {
    return capture(['docker', '-H', this.address, ...words])
  }

  /** Copies images from the machine's own engine, unless they are here. */
  async load(...images) {
    for (const image of images) {
      if ((await this.docker('image', 'inspect', '--format', '-', image)).status === 0) continue
      const line = `docker save ${image} | docker -H ${this.address} load`
      const { status, output } = await capture(['sh', '-c', line])
      if (status !== 0) throw new Stop(`${image} could not be copied: ${output.trim()}`)
    }
  }

  /** Its end, as of a machine that is switched off but for the containers. */
  async kill() {
    await end(this.#pid(), 'SIGKILL')
  }

  /** Ends it with its containers and takes everything away. */
  async remove() {
    if (await this.#answers()) {
      const { output } = await this.docker('ps', '--all', '--quiet')
      const ids = output.split('\n').filter(Boolean)
      if (ids.length > 0) await this.docker('rm', '--force', '--volumes', ...ids)
    }
    await this.#clear()
    spawnSync('ip', ['link', 'del', this.bridge], { stdio: 'ignore' })
    rmSync(this.folder, { recursive: true, force: true })
  }

  #pid() {
    try {
      const pid = readFileSync(join(this.folder, 'docker.pid'), 'utf8').trim()
      return processes().find((one) => one.pid === pid && one.words.includes(this.folder))?.pid
    } catch {
      return undefined
    }
  }

  /** What a killed engine leaves in the way of the next: its containerd and pid files. Containers go on. */
  async #makeWay() {
    await end(this.#pid(), 'SIGTERM')
    await this.#endAll(/^\S*containerd /)
    for (const name of ['docker.pid', 'docker.sock', 'exec/containerd/containerd.pid']) {
      rmSync(join(this.folder, name), { force: true })
    }
  }

  /** And what it leaves besides: the shims of its containers, and mounts. */
  async #clear() {
    await this.#makeWay()
    await this.#endAll(/^\S*containerd-shim/)
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n')
    for (const place of mounts.map((line) => line.split(' ')[1] ?? '').toReversed()) {
      if (place.startsWith(`${this.folder}/`)) spawnSync('umount', ['--lazy', place])
    }
  }

  async #endAll(program) {
    for (const { pid, words } of processes()) {
      if (words.includes(`${this.folder}/`) && program.test(words)) await end(pid, 'SIGKILL')
    }
  }
}

/** Removes the engines of processes that are gone; answers how many there were. */
export async function removeLostEngines(isAlive) {
  if (whyNoEngine() !== undefined) return 0
  const folders = readdirSync(tmpdir())
    .filter((name) => name.startsWith(ENGINE_FOLDER))
    .map((name) => join(tmpdir(), name))
  let count = 0
  for (const folder of folders) {
    if (isAlive(ownerOf(folder))) continue
    await new MoreEngine(folder).remove()
    count++
  }
  return count
}

function ownerOf(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, OWNER), 'utf8'))
  } catch {
    return undefined
  }
}

/** Every process with its command line. */
function processes() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return [{ pid, words }]
      } catch {
        return []
      }
    })
}

/** Resolves when the process is gone. */
async function end(pid, signal) {
  if (pid === undefined) return
  try {
    process.kill(Number(pid), signal)
  } catch {
    return
  }
  for (const until = Date.now() + END_MS; Date.now() < until; await delay(PAUSE_MS)) {
    if (!isRunning(pid)) return
  }
  throw new Stop(`The process ${pid} does not end.`)
}

function isRunning(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z'
  } catch {
    return false
  }
}
