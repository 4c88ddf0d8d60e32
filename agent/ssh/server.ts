// The SSH server inside the agent, for what comes as numbered bytes: it outlives every peer between it and the client.
// Loaded on first use.

import { type Duplex, duplexPair } from 'node:stream'
import type { Actor } from '#protocol/link.ts'
import { serveSsh } from '../../ssh/serve.ts'
import type { AgentContext } from '../context.ts'
import type { ServedStream } from '../link/served.ts'
import { LocalGuest } from './guest.ts'
import { hostKey } from './host-key.ts'

/** Between the server and the numbered bytes, each way, bytes. */
const BUFFER_BYTES = 256 * 1024
/**
 * A client may be away for as long as its bytes are kept, and answers nothing meanwhile. That time, and not the server's
 * patience, decides when it is gone: 15 s times 60 are a quarter of an hour.
 */
const KEEPALIVES_MISSED = 60

export interface SshFrom {
  readonly actor: Actor
  readonly requestId: string
  serve(stream: ServedStream): Promise<void>
}

/** A new connection to the server: the client's end of it. It closes when the server ends. */
export function connectSsh(agent: AgentContext, from: SshFrom): Duplex {
  const [near, far] = duplexPair({ highWaterMark: BUFFER_BYTES })
  const guest = new LocalGuest(from)
  const serving = serveSsh(far, {
    hostKeys: [hostKey(agent.config)],
    authorise: () => Promise.resolve(guest),
    clock: agent.clock,
    log: (text, details) => agent.log.info(text, details),
    limits: { keepaliveMissed: KEEPALIVES_MISSED },
  })
  near.on('error', () => undefined)
  near.once('close', () => far.destroy())
  // The server's last words are still to be read.
  void serving.closed.then(() => far.end())
  far.once('close', () => {
    if (!near.readableEnded) near.push(null)
  })
  return near
}
