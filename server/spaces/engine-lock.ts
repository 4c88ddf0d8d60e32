// One peer drives an engine, the others on its machine stand by. The lock is an abstract unix socket, which the kernel
// takes back with its process however that ends, and which no file system needs to share. It reaches as far as a network
// namespace: peers on other machines, or in containers of their own, that drive the same engine need leases.

import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import type { Clock } from '../clock.ts'

/** How often whoever stands by tries again, ms: about as long as a peer needs to start. */
const RETRY_MS = 500
/** An abstract name holds 107 bytes. */
const NAME_CHARS = 32

export interface EngineLock extends AsyncDisposable {
  /** What was held is free for the next. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Resolves when nobody else on this machine drives the engine; rejects with the signal's reason. */
export async function lockEngine(
  { cluster, engineId }: { readonly cluster: string; readonly engineId: string },
  { clock, signal, onWait }: { clock: Clock; signal: AbortSignal; onWait: () => void },
): Promise<EngineLock> {
  const hash = createHash('sha256').update(`${cluster} ${engineId}`).digest('hex')
  const name = `\0skein-engine-${hash.slice(0, NAME_CHARS)}`
  for (let tries = 0; ; tries++) {
    signal.throwIfAborted()
    const lock = await listen(name)
    if (lock) return lock
    if (tries === 0) onWait()
    await clock.delay(RETRY_MS, signal)
  }
}

/** Nothing when another holds it. */
function listen(name: string): Promise<EngineLock | undefined> {
  const server = createServer((socket) => socket.destroy())
  const { promise, resolve, reject } = Promise.withResolvers<EngineLock | undefined>()
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') resolve(undefined)
    else reject(error)
  })
  server.listen({ path: name }, () => {
    server.unref()
    resolve({
      [Symbol.asyncDispose]: () => new Promise((done) => server.close(() => done())),
    })
  })
  return promise
}
