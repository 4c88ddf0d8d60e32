// `npm run cluster -- 3`: so many peers on this machine, joined, for development and demonstration. They end together. As root
// the second has an engine of its own, which stands for another machine's; the others share the machine's.

import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { capture } from './lib/command.js'
import { ensureBuilt, ensureDependencies } from './lib/dependencies.js'
import { ensureEngine } from './lib/engine.js'
import { BASE_IMAGE, ensureBaseImage } from './lib/images.js'
import { MoreEngine, whyNoEngine } from './lib/more-engines.js'
import { node24, root } from './lib/node24.js'
import { main, note, Stop, step } from './lib/say.js'

/** More would share this machine's cores and one engine with little to show for it. */
const MAX_PEERS = 9
/** The first peer's; each next one's is one higher. */
const FIRST_PORT = 7541
const FIRST_SSH_PORT = 2241
/** How long a peer may take until it can give a token. */
const START_MS = 30_000
const PAUSE_MS = 200

await main(async () => {
  const count = countOf(process.argv[2] ?? '3')
  await ensureDependencies()
  await ensureBuilt()
  await ensureEngine()
  await ensureBaseImage()
  const far = count > 1 ? await farEngine() : undefined
  step(`Starting ${count} peers`)
  const peers = [startPeer(1, undefined, far)]
  const stop = () => {
    for (const { child } of peers) child.kill('SIGTERM')
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop)
  try {
    const token = await tokenOf(peers[0])
    for (let number = 2; number <= count; number++) peers.push(startPeer(number, token, far))
    note(`peers: ${peers.map(({ url }) => url).join('  ')} (Ctrl-C ends them all)`)
    note('a rolling restart: npx skein peers upgrade --data .skein/cluster-1')
    // One that ends by itself, or is killed for the sake of the demonstration, takes nobody along.
    await Promise.all(peers.map(({ ended }) => ended))
    return 0
  } finally {
    stop()
  }
})

function countOf(word) {
  const count = Number(word)
  if (Number.isInteger(count) && count >= 1 && count <= MAX_PEERS) return count
  throw new Stop(`Usage: npm run cluster -- COUNT, from 1 to ${MAX_PEERS}.`)
}

/** It outlives the peers, as another machine's would, and is found again the next time. */
async function farEngine() {
  const reason = whyNoEngine()
  if (reason !== undefined) {
    note(`all peers share one engine: ${reason}`)
    return undefined
  }
  step('Starting a second Docker engine')
  const engine = new MoreEngine(join(root, '.skein', 'engine-far'))
  await engine.start()
  await engine.load(BASE_IMAGE)
  note(`docker -H ${engine.address} … asks it`)
  return engine
}

function startPeer(number, token, far) {
  const data = join(root, '.skein', `cluster-${number}`)
  mkdirSync(data, { recursive: true })
  const port = FIRST_PORT + number - 1
  const argv = [
    ...[join(root, 'cli', 'bin.js'), 'server', '--data', data, '--name', `peer-${number}`],
    ...[
      '--listen',
      `127.0.0.1:${port}`,
      '--ssh-listen',
      `127.0.0.1:${FIRST_SSH_PORT + number - 1}`,
    ],
  ]
  if (far) {
    const near = `near=${process.env.DOCKER_HOST || '/var/run/docker.sock'}?zone=hall-1`
    argv.push('--engines', number === 2 ? `far=${far.socket}?zone=hall-2` : near)
  }
  // Root's peers meet in /run; anybody else's need a folder that all of them may write to.
  if (process.getuid() !== 0) argv.push('--link-folder', join(root, '.skein', 'cluster-links'))
  // By the environment: command lines are for everyone on the machine to read.
  const env = { ...process.env, ...(token && { SKEIN_JOIN: token }) }
  const child = spawn(node24(), argv, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', (line) => console.log(`[${number}] ${line}`))
  }
  const ended = new Promise((resolve) => child.on('exit', resolve))
  return { child, data, url: `http://localhost:${port}`, ended }
}

async function tokenOf({ data, child }) {
  const argv = [node24(), join(root, 'cli', 'bin.js'), 'peers', 'token', '--data', data]
  for (const end = Date.now() + START_MS; Date.now() < end; ) {
    if (child.exitCode !== null) break
    const { status, output } = await capture(argv, { cwd: root })
    if (status === 0) return output.trim()
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  throw new Stop('The first peer did not start; it said why above.')
}
