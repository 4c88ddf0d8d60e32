// `npm run streams -- [--terminals N] [--ssh N] [--forwards N] [--seconds N] [--peers N] [--engines N] [--mixed] [--upgrade]
// [--brief]`: makes the network and a second engine, runs the streams in its hub and takes both away again.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { noFurtherEngine, openEngine } from '../../support/more-engine.ts'
import { Namespaces } from '../namespaces.ts'
import { IMAGE } from './site.ts'

const RUN = new URL('./run.ts', import.meta.url).pathname
/** Each belongs to a peer of its own; the second is started for the run. */
const MOST_ENGINES = 2

const argv = process.argv.slice(2)
const options = {
  peers: { type: 'string', default: '3' },
  engines: { type: 'string', default: String(MOST_ENGINES) },
} as const
const { values } = parseArgs({ args: argv, options, strict: false })
const network = new Namespaces(Number(values.peers))
const wanted = Math.min(Number(values.engines), network.size, MOST_ENGINES)
const second =
  wanted === MOST_ENGINES && !noFurtherEngine ? await openEngine('streams', IMAGE) : undefined
try {
  network.open()
  network.openHub()
  const command = ['netns', 'exec', network.hub, process.execPath, RUN, '--tag', network.tag]
  const more = second ? ['--second', second.address] : []
  const child = spawn('ip', [...command, ...more, ...argv], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [status] = await once(child, 'exit')
  process.exitCode = status ?? 1
} finally {
  network.close()
  await second?.remove()
}
