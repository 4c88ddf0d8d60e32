// A long way between two ends: a TCP relay that hands on every byte in order, and so much later. It holds whatever is
// under way, so that only the ends' own windows limit what it carries.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface Distance {
  readonly address: string
  close(): void
}

/** Listens on a port of its own; each way takes `oneWayMs`. */
export async function distance(to: string, oneWayMs: number): Promise<Distance> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: Number(new URL(to).port), host: '127.0.0.1', noDelay: true })
    for (const socket of [near, far]) sockets.add(socket)
    carry(near, far, oneWayMs)
    carry(far, near, oneWayMs)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = server.address()
  if (at === null || typeof at === 'string') throw new Error('not listening on a port')
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { address: `http://127.0.0.1:${at.port}`, close }
}

function carry(from: Socket, to: Socket, oneWayMs: number): void {
  const underWay: { chunk: Buffer; dueMs: number }[] = []
  let isWaiting = false
  const deliver = () => {
    isWaiting = false
    while (underWay[0] && underWay[0].dueMs <= performance.now()) {
      const first = underWay.shift()
      if (first && !to.destroyed) to.write(first.chunk)
    }
    wait()
  }
  const wait = () => {
    const [first] = underWay
    if (!first || isWaiting) return
    isWaiting = true
    setTimeout(deliver, Math.max(0, first.dueMs - performance.now()))
  }
  from.on('data', (chunk: Buffer) => {
    underWay.push({ chunk, dueMs: performance.now() + oneWayMs })
    wait()
  })
  from.on('error', () => to.destroy())
  from.on('close', () => to.destroy())
}
