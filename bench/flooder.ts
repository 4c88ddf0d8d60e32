// Somebody else at a terminal that floods, as a process of its own: `node flooder.ts URL COOKIE SPACE` at a Skein, `node flooder.ts`
// at the bare server. It says when the flood has begun. What it draws, and the collections that brings, are not the typist's.

import { Api } from '../tests/support/api.ts'
import { TestTerminal } from '../tests/support/terminal.ts'
import { BareTerminal } from './bare-terminal.ts'
import { floodOn, prepareFlood } from './flood.ts'

const [url, cookie = '', spaceId = ''] = process.argv.slice(2)
process.on('disconnect', () => process.exit())

const terminal = url === undefined ? await BareTerminal.open() : await terminalAt(url)
await prepareFlood(terminal)
terminal.onOutput = () => {
  terminal.onOutput = undefined
  process.send?.({})
}
floodOn(terminal)

function terminalAt(address: string): Promise<TestTerminal> {
  const api = new Api(address)
  api.cookie = cookie
  return TestTerminal.open(api, spaceId, 'greedy', { light: true })
}
