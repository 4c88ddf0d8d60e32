// People at their terminals, who read along: `node crowd-viewers.ts URL COUNT`, then one message of seats. It says when all
// are there, and to each message after that how many bytes have come.

import { Api } from '../../tests/support/api.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { TestTerminal } from '../../tests/support/terminal.ts'
import type { Seat } from './crowd-peer.ts'

const AT_ONCE = 10
/** A program is started for each. */
const PATIENCE_MS = 120_000
const [url = '', count = '0'] = process.argv.slice(2)

process.on('disconnect', () => process.exit())
const terminals: TestTerminal[] = []
const came = (): number => terminals.reduce((sum, { bytes }) => sum + bytes, 0)

process.once('message', (seats: readonly Seat[]) => {
  sit(seats).then(
    () => {
      process.send?.({ bytes: came() })
      process.on('message', () => process.send?.({ bytes: came() }))
    },
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})

async function sit(seats: readonly Seat[]): Promise<void> {
  for (const { spaceId, cookie } of seats) {
    const api = new Api(url)
    api.cookie = cookie
    for (let i = 0; i < Number(count); i++) {
      terminals.push(new TestTerminal(api, spaceId, `t${i}`, { light: true }))
      if (i % AT_ONCE === 0) await attached()
    }
  }
  await attached()
}

async function attached(): Promise<void> {
  const all = () => terminals.every((terminal) => terminal.attached > 0)
  await eventually(all, { timeoutMs: PATIENCE_MS, what: `${terminals.length} terminals` })
}
