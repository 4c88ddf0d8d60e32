// The agent: the one program of Skein inside a space. It dials the peers, serves the streams that they open, and runs
// what the template declares. Started by the container with its configuration in SKEIN_AGENT.

import { warmThreadPool } from './child/warm.ts'
import { readConfig, readVersion } from './config.ts'
import { createLog } from './log.ts'
import { startAgent } from './run.ts'
import { surviveErrors } from './survive.ts'

const log = createLog()
surviveErrors(log)
try {
  const config = readConfig(process.env)
  await warmThreadPool()
  const agent = startAgent(config, readVersion(import.meta.dirname), log)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info(`stopping on ${signal}`)
      agent.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error('could not stop cleanly', { error })
          process.exit(1)
        },
      )
    })
  }
} catch (error) {
  log.error('the agent cannot start', { error })
  process.exit(1)
}
