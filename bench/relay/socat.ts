// Bytes through socat, from a socket to a socket: what a relay costs that neither encrypts nor multiplexes.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { eventually } from '../../tests/support/eventually.ts'
import { freePort } from '../../tests/support/skein.ts'
import { cpuSeconds } from './cpu.ts'

const BLOCK = Buffer.alloc(64 * 1024, 'x')

/** MB for each second of a core that socat used. */
export async function socatMegabytes(forMs: number): Promise<number> {
  const source = createServer(flood).listen(0, '127.0.0.1')
  await once(source, 'listening')
  const address = source.address()
  const to = typeof address === 'object' && address ? address.port : 0
  const port = await freePort()
  // Its usual buffer of 8 kB is half of what others use.
  const argv = ['-b65536', `TCP-LISTEN:${port},bind=127.0.0.1`, `TCP:127.0.0.1:${to}`]
  const socat = spawn('socat', argv)
  const socket = await eventually(() => open(port), { timeoutMs: 5000, what: 'socat' })
  let bytes = 0
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  await new Promise((resolve) => setTimeout(resolve, forMs))
  const seconds = cpuSeconds(socat.pid ?? 0)
  socket.destroy()
  socat.kill()
  source.close()
  return bytes / 1e6 / seconds
}

function flood(socket: Socket): void {
  const write = () => {
    while (!socket.destroyed && socket.write(BLOCK));
  }
  socket.on('drain', write).on('error', () => socket.destroy())
  write()
}

async function open(port: number): Promise<Socket | undefined> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return socket
  } catch {
    return undefined
  }
}
