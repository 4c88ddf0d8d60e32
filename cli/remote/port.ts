// `skein port SPACE PORT[:LOCAL]`: listens on this machine's loopback alone; each connection is one resumable stream of
// its own, so that all of them go on through a peer that is killed.

import { createServer, type Server, type Socket } from 'node:net'
import { addressOf } from '#protocol/api/client.ts'
import { toSkeinError } from '#protocol/errors.ts'
import { print } from '../output.ts'
import { Carrier } from './carrier.ts'
import { findRunning } from './find-space.ts'
import { parseForward } from './forward.ts'
import { listening } from './listening.ts'
import { openAnywhere } from './race.ts'
import type { Remote } from './remote.ts'
import { listenUdp } from './udp.ts'

/** The server takes 200 sockets of one login; a browser opens a dozen. */
const MAX_CONNECTIONS = 100
const LOOPBACK = '127.0.0.1'

export async function forwardPort(
  remote: Remote,
  name: string,
  words: string,
  { udp }: { readonly udp?: boolean },
): Promise<number> {
  const { port, local } = parseForward(words)
  const space = await findRunning(remote, name)
  const protocol = udp ? 'udp' : 'tcp'
  const place = { params: { id: space.id }, query: { to: `${protocol}:${port}` } }
  const path = addressOf('GET /spaces/:id/connect', place)
  const open = () => openAnywhere(remote.ways, path)
  const say = (line: string): void => void process.stderr.write(`skein: ${line}\n`)
  const door = await (udp ? listenUdp : listenTcp)({ host: LOOPBACK, port: local, open, say })
  const url = `${LOOPBACK}:${door.port}`
  print(remote.asJson, { protocol, port, local: door.port, space: space.name }, () => {
    return `${protocol} ${url} → port ${port} in ${space.name}. Ctrl-C ends it.`
  })
  await interrupted()
  await door.close()
  return 0
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly open: () => ReturnType<typeof openAnywhere>
  readonly say: (line: string) => void
}

export interface Listening {
  readonly port: number
  close(): Promise<void>
}

/** Rejects with `port_unusable`. */
export async function listenTcp({ host, port, open, say }: ListenOptions): Promise<Listening> {
  const carriers = new Set<Carrier>()
  const accept = (socket: Socket): void => {
    socket.setNoDelay(true)
    const carrier = new Carrier({ near: { readable: socket, writable: socket }, open })
    carriers.add(carrier)
    carrier
      .run()
      .catch((caught: unknown) => say(toSkeinError(caught).message))
      .finally(() => {
        carriers.delete(carrier)
        socket.destroy()
      })
  }
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: false }, accept)
  server.maxConnections = MAX_CONNECTIONS
  const taken = await listen(server, host, port)
  return {
    port: taken,
    async close() {
      server.close()
      for (const carrier of carriers) carrier.cancel()
    },
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host)
  await listening(server, `${host}:${port}`)
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve())
  })
}
