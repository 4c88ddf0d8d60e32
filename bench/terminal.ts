// Browser terminals beside a bare WebSocket with a PTY: round trip of a keystroke, flood, and what one greedy
// terminal costs its neighbours.

import { Skein } from '../tests/support/skein.ts'
import { TestTerminal } from '../tests/support/terminal.ts'
import { BareTerminal } from './bare-terminal.ts'
import { echo } from './echo.ts'
import { flood, heard, marked, prepareFlood, say } from './flood.ts'
import { greedy } from './greedy.ts'
import { type BenchRow, quantile, row } from './report.ts'
import { benchSpace } from './space.ts'

const KEYS = 500
/** Typed before, unmeasured, at both: by then V8 has compiled what a key passes (p99 of ours 5 to 6 ms before, 3 after). */
const WARM_UP_KEYS = 1000
/** Floods of each; the median counts. */
const FLOODS = 3
const PEER = 'ws + node-pty'

export async function terminal(): Promise<readonly BenchRow[]> {
  const { skein, api } = await Skein.start()
  try {
    const one = await benchSpace(api, 'one')
    const two = await benchSpace(api, 'two')
    const open = (space: string, name: string) =>
      TestTerminal.open(api, space, name, { light: true })
    const main = await open(one, 'main')
    const bare = await BareTerminal.open()
    await prepareFlood(main)
    await prepareFlood(bare)
    const rows = [...(await compareEcho(main, bare)), await compareFlood(main, bare)]
    const same = await open(one, 'same')
    const other = await open(two, 'other')
    await quiet(same)
    await quiet(other)
    rows.push(...(await greedy({ api, space: one, same, other, peer: PEER })))
    for (const each of [main, same, other, bare]) each.close()
    return rows
  } finally {
    await api.deleteSpaces()
    await skein.close()
  }
}

async function compareEcho(main: TestTerminal, bare: BareTerminal): Promise<BenchRow[]> {
  await quiet(main)
  await quiet(bare)
  await echo(main, WARM_UP_KEYS)
  await echo(bare, WARM_UP_KEYS)
  const ours = await echo(main, KEYS)
  const theirs = await echo(bare, KEYS)
  await clear(main)
  await clear(bare)
  return [
    row('echo_p50', 'ms', quantile(ours, 0.5), { peer: PEER, theirs: quantile(theirs, 0.5) }, {}),
    row(
      'echo_p99',
      'ms',
      quantile(ours, 0.99),
      { peer: PEER, theirs: quantile(theirs, 0.99) },
      { ours: { most: 5 } },
    ),
  ]
}

async function compareFlood(main: TestTerminal, bare: BareTerminal): Promise<BenchRow> {
  const ours: number[] = []
  const theirs: number[] = []
  for (let i = 0; i < FLOODS; i++) {
    ours.push(await flood(main))
    theirs.push(await flood(bare))
  }
  const versus = { peer: PEER, theirs: quantile(theirs, 0.5) }
  return row('flood', 'MB/s', quantile(ours, 0.5), versus, {
    ours: { least: 25 },
    ratio: { least: 0.45 },
  })
}

/** `cat` echoes through the terminal driver alone: no prompt, no line editor. */
const quiet = (terminal: TestTerminal | BareTerminal) =>
  say(terminal, `${marked('true', 'quiet')}; cat > /dev/null`, 'quiet')

/** Back to the prompt: what is typed while the shell takes over again may be thrown away with the interrupt. */
async function clear(terminal: TestTerminal | BareTerminal): Promise<void> {
  await heard(terminal, '\x03', /[$#] $/)
}
