// What one SSH connection may use. A client that passes a limit of the protocol is disconnected; one that asks for too
// much is refused and goes on.

import { MAX_LISTENS, MAX_STREAMS_PER_ACTOR } from '#protocol/link.ts'
import { CONNECTION_PACE, type PaceRule } from './pace.ts'

export interface SshLimits {
  /** From the first byte to the first keys, milliseconds. Nobody types anything meanwhile. */
  readonly keyExchangeMs: number
  /** From the first byte to the login, milliseconds: passphrases are typed in it. OpenSSH's LoginGraceTime. */
  readonly loginMs: number
  /** Refused logins; keys that are offered and refused count, as they do for OpenSSH. */
  readonly loginAttempts: number
  /** Between two signs of life that we ask for, milliseconds, and how many may stay unanswered. */
  readonly keepaliveMs: number
  readonly keepaliveMissed: number
  /** Channels that are open or being opened: each is a stream, and one actor may have no more of them. */
  readonly channels: number
  /** Channels at a time that the client has opened and the space not yet answered. */
  readonly openings: number
  /** Ports and sockets that a connection has the space listen on: half of what its agent has, so that others get some. */
  readonly listens: number
  /** Global requests a second, with as many again at once. */
  readonly requestsPerSecond: number
  /** What all the channels of a connection may have under way towards us, bytes; each gets 64 kB at least. */
  readonly windowBudgetBytes: number
  /** New keys after so many packets either way: well before sequence numbers come round at 2^32. */
  readonly rekeyPackets: number
  /** Small packets that are read. */
  readonly smallPackets: PaceRule
}

export const sshLimits: SshLimits = {
  keyExchangeMs: 20_000,
  loginMs: 120_000,
  loginAttempts: 6,
  keepaliveMs: 15_000,
  keepaliveMissed: 4,
  channels: MAX_STREAMS_PER_ACTOR,
  openings: 64,
  listens: MAX_LISTENS / 2,
  requestsPerSecond: 100,
  windowBudgetBytes: 16 * 1024 * 1024,
  rekeyPackets: 2 ** 30,
  smallPackets: CONNECTION_PACE,
}
