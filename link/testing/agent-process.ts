// An agent in a process of its own, so that a test may kill it: the dialler and the handlers of the conformance suite.
// Its one argument is JSON: addresses, identity, and the key in hex.

import { createDialer } from '../../agent/link/dialer.ts'
import { systemClock } from '../../server/clock.ts'
import { serveFarEnd } from './far-end.ts'
import { QUIET } from './linked.ts'

const { key, ...given } = JSON.parse(process.argv[2] ?? '{}')

createDialer({
  ...given,
  key: Buffer.from(key, 'hex'),
  version: 'test',
  run: 'run',
  log: QUIET,
  clock: systemClock,
  onStream: serveFarEnd,
})
