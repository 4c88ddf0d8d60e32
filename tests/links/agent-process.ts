// The agent's end of a link as a process of its own, to be killed: `node agent-process.ts <address> <space> <key>`.
// Of its terminals, `flood` writes without end and every other one echoes.

import { systemClock } from '../../agent/clock.ts'
import { createDialer } from '../../agent/link/dialer.ts'
import type { ServedStream } from '../../agent/link/served.ts'
import { serveForTests } from '../../link/testing/linked.ts'

const [, , address = '', spaceId = '', key = ''] = process.argv
const say = (line: string) => void process.stdout.write(`${line}\n`)

function serve(stream: ServedStream): void {
  const { open } = stream
  if (open.kind !== 'terminal') serveForTests(stream)
  else if (open.terminal === 'flood') serveForTests({ ...stream, open: { kind: 'tcp', port: 1 } })
  else serveForTests({ ...stream, open: { kind: 'echo' } })
}

createDialer({
  addresses: [address],
  identity: { spaceId, epoch: 1 },
  key: Buffer.from(key, 'hex'),
  version: 'test',
  run: 'process',
  log: { info: say, warn: say },
  delay: (ms, signal) => systemClock.delay(ms, signal),
  onStream: serve,
})
