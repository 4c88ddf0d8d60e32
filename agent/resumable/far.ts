// What may be kept while its client is away: an SSH connection, a TCP connection, datagrams of a UDP port.

import type { Duplex } from 'node:stream'
import type { StreamOpen } from '#protocol/link.ts'
import { dialPort } from '../ports/connect.ts'
import { openDatagrams } from './datagrams.ts'

export type To = Extract<StreamOpen, { kind: 'resumable' }>['to']

/** Opens it. Rejects with `nothing_listens`. `openSsh` loads the SSH server when it is first needed. */
export function openFar(to: To, openSsh: () => Promise<Duplex>): Promise<Duplex> {
  switch (to.type) {
    case 'ssh':
      return openSsh()
    case 'tcp':
      return dialPort(to.host, to.port)
    case 'udp':
      return openDatagrams(to.port)
  }
}
