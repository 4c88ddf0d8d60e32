// `npm run torture -- [--seconds N] [--seed S] [--peers N] [--apart] [--databases] [--deeds N]`: makes the network, runs
// the torture in its hub and takes the network away again. With `--databases` the servers keep their state in a MariaDB, a
// Redis with sentinels and files, and the databases are killed and stopped as well.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Namespaces } from '../namespaces.ts'

const RUN = new URL('./run.ts', import.meta.url).pathname

const argv = process.argv.slice(2)
const options = { peers: { type: 'string', default: '5' } } as const
const { values } = parseArgs({ args: argv, options, strict: false })
const network = new Namespaces(Number(values.peers))
try {
  network.open()
  network.openHub()
  const command = ['netns', 'exec', network.hub, process.execPath, RUN, '--tag', network.tag]
  const child = spawn('ip', [...command, ...argv], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [status] = await once(child, 'exit')
  process.exitCode = status ?? 1
} finally {
  network.close()
}
