// Many agents in one process, of which nothing runs but their links and reports: `node reporters.ts ADDRESS KEY COUNT`.

import { systemClock } from '../../agent/clock.ts'
import { createDialer } from '../../agent/link/dialer.ts'
import { newId } from '../../protocol/ids.ts'
import type { AgentReport } from '../../protocol/report.ts'

const EVERY_MS = 2000
const [address = '', key = '', count = '0'] = process.argv.slice(2)
const quiet = () => undefined

for (let i = 0; i < Number(count); i++) {
  const dialer = createDialer({
    addresses: [address],
    identity: { spaceId: newId(), epoch: 1 },
    key: Buffer.from(key, 'hex'),
    version: '0.1.0',
    run: `run-${i}`,
    log: { info: quiet, warn: quiet },
    delay: (ms, signal) => systemClock.delay(ms, signal),
    onStream: (stream) => stream.duplex.resume(),
  })
  dialer.report({ type: 'terminals', count: i % 4 })
  dialer.report({ type: 'ports', ports: [{ port: 8080, address: '0.0.0.0', process: 'node' }] })
  setTimeout(
    () => setInterval(() => dialer.report(sample()), EVERY_MS),
    (EVERY_MS * i) / Number(count),
  )
}

/** Never twice the same, as a space that works. */
export function sample(): AgentReport {
  const cpuPercent = Math.round(Math.random() * 1000) / 10
  const memoryBytes = 100_000_000 + Math.round(Math.random() * 1e7)
  return { type: 'stats', cpuPercent, memoryBytes, memoryLimitBytes: 2 ** 31 }
}
