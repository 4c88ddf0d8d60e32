// Agents of many spaces in one process: `node crowd-agents.ts loud|quiet ADDRESS KEY SPACE…`. In quiet ones a terminal is as
// every agent has it, with `cat` in a PTY. In loud ones it has no PTY: a thousand programs and the kernel's work for their
// PTYs are on the hosts of their spaces, and would share this machine's cores with what is measured. All of the agent's own
// code, from where it hears of a program's output on, is the same.

import { systemClock } from '../../agent/clock.ts'
import { createDialer } from '../../agent/link/dialer.ts'
import { handleTerminal } from '../../agent/terminal/handle.ts'
import { Terminals } from '../../agent/terminal/terminals.ts'
import { Chatter } from './chatter.ts'

const [voice, address = '', key = '', ...spaces] = process.argv.slice(2)
const nothing = () => undefined
const chatter = new Chatter()

for (const spaceId of spaces) {
  const terminals = new Terminals({
    clock: systemClock,
    describe: () => ({ command: ['cat'], cwd: '/', env: { PATH: process.env.PATH ?? '' } }),
    ...(voice === 'loud' && { start: (options) => chatter.start(options) }),
  })
  createDialer({
    addresses: [address],
    identity: { spaceId, epoch: 1 },
    key: Buffer.from(key, 'hex'),
    version: '0.1.0',
    run: spaceId,
    log: { info: nothing, warn: nothing },
    delay: (ms, signal) => systemClock.delay(ms, signal),
    onStream: (stream) => void handleTerminal(stream, terminals),
  })
}
process.on('disconnect', () => process.exit())
