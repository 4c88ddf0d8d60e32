// Connects to a port of a container from this machine's own address in the container's network.

import { once } from 'node:events'
import { connect, type OnReadOpts, type Socket } from 'node:net'
import type { SpaceAddress } from '../../spaces/address.ts'
import { SocketCarrier } from './socket-carrier.ts'

/**
 * Rejects with what the system says. Where that address is not ours, because the peer is in a container or the engine in a
 * machine of its own, the system refuses it (EADDRNOTAVAIL), so that nobody is dialled who has the same address elsewhere.
 */
export async function dialFrom(
  { address, gateway }: Pick<SpaceAddress, 'address' | 'gateway'>,
  port: number,
  signal: AbortSignal,
): Promise<SocketCarrier> {
  signal.throwIfAborted()
  const { promise, resolve } = Promise.withResolvers<Socket>()
  const carrier = new SocketCarrier((onread: OnReadOpts) => {
    const to = { host: address, port, family: 4, localAddress: gateway }
    const socket = connect({ ...to, onread, allowHalfOpen: true, noDelay: true })
    resolve(socket)
    return socket
  })
  try {
    await once(await promise, 'connect', { signal })
    return carrier
  } catch (error) {
    carrier.abort()
    throw error
  }
}
