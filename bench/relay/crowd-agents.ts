// Agents of many spaces in one process, with terminals as every agent has them, in each of which `cat` runs:
// `node crowd-agents.ts loud|quiet ADDRESS KEY SPACE…`. In loud ones 1 kB is written each 100 ms, to the side of the PTY that
// a program writes to: a thousand programs that do so would share this machine's cores with what is measured.

import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  write,
} from 'node:fs'
import { systemClock } from '../../agent/clock.ts'
import { createDialer } from '../../agent/link/dialer.ts'
import { handleTerminal } from '../../agent/terminal/handle.ts'
import { Terminals } from '../../agent/terminal/terminals.ts'

const EVERY_MS = 100
const LOOK_MS = 1000
/** 1 kB of lines, as a program prints them. */
const LINES = Buffer.from(`${'x'.repeat(78)}\n`.repeat(13))
const [voice, address = '', key = '', ...spaces] = process.argv.slice(2)
const nothing = () => undefined

for (const spaceId of spaces) {
  const terminals = new Terminals({
    clock: systemClock,
    describe: () => ({ command: ['cat'], cwd: '/', env: { PATH: process.env.PATH ?? '' } }),
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

const spoken = new Set<string>()
if (voice === 'loud') setInterval(lookForTerminals, LOOK_MS)

function lookForTerminals(): void {
  for (const tty of children().flatMap(ttyOf)) {
    if (!spoken.has(tty)) speak(tty)
    spoken.add(tty)
  }
}

function speak(tty: string): void {
  const fd = openSync(tty, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  const timer = setInterval(() => {
    write(fd, LINES, (error) => {
      // What the terminal does not take at once is not written: its agent is behind.
      if (!error || error.code === 'EAGAIN') return
      clearInterval(timer)
      closeSync(fd)
    })
  }, EVERY_MS)
}

const children = (): string[] =>
  readdirSync('/proc/self/task').flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  )

function ttyOf(pid: string): string[] {
  try {
    const path = readlinkSync(`/proc/${pid}/fd/0`)
    return path.startsWith('/dev/pts/') ? [path] : []
  } catch {
    return [] // not yet, or no longer
  }
}
