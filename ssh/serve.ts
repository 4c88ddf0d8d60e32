// The SSH server, over any Duplex: the gateway runs it for plain ssh, the agent for what comes through `skein proxy`.

import type { Duplex } from 'node:stream'
import type { SkeinError } from '#protocol/errors.ts'
import { Connection } from './connection.ts'
import { type HostKeyText, hostKeysByAlgorithm } from './host-key.ts'
import { type SshLimits, sshLimits } from './limits.ts'
import type { Pace } from './pace.ts'
import type { SshAuthorise } from './ports.ts'

export interface ServeSshOptions {
  /** Private keys as text; ed25519 is offered first. */
  readonly hostKeys: readonly HostKeyText[]
  readonly authorise: SshAuthorise
  readonly clock: { monotonicMs(): number; delay(ms: number, signal?: AbortSignal): Promise<void> }
  readonly log: (text: string, details: Readonly<Record<string, unknown>>) => void
  readonly limits?: Partial<SshLimits>
  /** Of all that comes from the client's address, as long as nobody has logged in. */
  readonly pace?: Pace
}

export interface SshServing {
  /** Resolves when the connection is over, with why if it did not end well. Never rejects. */
  readonly closed: Promise<SkeinError | undefined>
  /** Tells the client why and ends the connection. */
  close(error: SkeinError): void
}

/** Serves one connection. The duplex is ours from now on and is closed at the end. Throws `bad_request` for a bad key. */
export function serveSsh(duplex: Duplex, options: ServeSshOptions): SshServing {
  const { hostKeys, authorise, clock, log, pace } = options
  return new Connection(duplex, {
    hostKeys: hostKeysByAlgorithm(hostKeys),
    authorise,
    clock,
    log,
    ...(pace && { pace }),
    limits: { ...sshLimits, ...options.limits },
  })
}
