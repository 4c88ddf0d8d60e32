// People at their terminals, who read along: `node crowd-viewers.ts URL COUNT`, then one message of seats. It says when all
// are there.

import { Api } from '../../tests/support/api.ts'
import { TestTerminal } from '../../tests/support/terminal.ts'
import type { Seat } from './crowd-peer.ts'

const AT_ONCE = 10
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
    for (let i = 0; i < Number(count); i += AT_ONCE) {
      const names = Array.from({ length: AT_ONCE }, (_, at) => `t${i + at}`)
      const options = { light: true }
      terminals.push(
        ...(await Promise.all(names.map((name) => TestTerminal.open(api, spaceId, name, options)))),
      )
    }
  }
  return terminals.length
}
