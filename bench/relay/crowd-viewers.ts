// People at their terminals, who read along: `node crowd-viewers.ts URL COUNT`, then one message of seats. It says when all
// are there.

import { Api } from '../../tests/support/api.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { TestTerminal } from '../../tests/support/terminal.ts'
import type { Seat } from './crowd-peer.ts'

const AT_ONCE = 10
/** A program is started for each. */
const PATIENCE_MS = 120_000
const [url = '', count = '0'] = process.argv.slice(2)

process.on('disconnect', () => process.exit())
process.on('message', (seats: readonly Seat[]) => {
  sit(seats).then(
    (bytes) => process.send?.({ bytes }),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})

async function sit(seats: readonly Seat[]): Promise<number> {
  const terminals: TestTerminal[] = []
  for (const { spaceId, cookie } of seats) {
    const api = new Api(url)
    api.cookie = cookie
    for (let i = 0; i < Number(count); i++) {
      terminals.push(new TestTerminal(api, spaceId, `t${i}`, { light: true }))
      if (i % AT_ONCE === 0) await attached(terminals)
    }
  }
  return await attached(terminals)
}

async function attached(terminals: readonly TestTerminal[]): Promise<number> {
  const all = () => terminals.every((terminal) => terminal.attached > 0)
  await eventually(all, { timeoutMs: PATIENCE_MS, what: `${terminals.length} terminals` })
  return terminals.length
}
