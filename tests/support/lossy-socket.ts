// A UDP socket that loses a share of what it is given to send, as a bad network does, for peers on one machine.

import { createSocket, type Socket } from 'node:dgram'
import type { OpenSocket } from '../../server/cluster/wire/datagrams.ts'

/** `share` is from 0 to 1. Whoever sends is not told, as by UDP. */
export const lossySocket =
  (share: number, random: () => number = Math.random): OpenSocket =>
  (options) => {
    const socket = createSocket(options)
    const send = socket.send.bind(socket) as (...args: unknown[]) => void
    const sendMaybe = (...args: unknown[]): void => {
      if (random() >= share) send(...args)
    }
    return Object.assign(socket, { send: sendMaybe as Socket['send'] })
  }
