// The same crowd at a plain relay in place of a peer: what this machine can do at all.

import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Echoing } from '../echo.ts'
import { Worker } from '../worker.ts'
import { type Crowded, crowded, standElsewhere } from './crowded.ts'

const PROCESSES = 2
const SETTLE_MS = 5000
const PROBE = 'probe'

export async function plainCrowd(terminals: number): Promise<Crowded> {
  const peer = new Worker('person', './relay/plain-relay.ts')
  const workers: Worker[] = [peer]
  try {
    const { port } = await peer.next<{ port: number }>()
    const ends = async (role: string, names: readonly string[]): Promise<Worker> => {
      const worker = new Worker('person', './relay/plain-ends.ts', role, String(port), ...names)
      workers.push(worker)
      if (role !== 'quiet') standElsewhere(worker)
      await worker.next()
      return worker
    }
    await ends('quiet', [PROBE])
    const parts = Array.from({ length: PROCESSES }, (_, part) =>
      Array.from({ length: terminals / PROCESSES }, (_, i) => `${part}-${i}`),
    )
    const loud = await Promise.all(parts.map((names) => ends('loud', names)))
    const viewers = await Promise.all(parts.map((names) => ends('viewers', names)))
    const probe = await typist(`ws://127.0.0.1:${port}/viewer/${PROBE}`)
    await sleep(SETTLE_MS)
    return await crowded({ probe, peer, loud, viewers })
  } finally {
    for (const worker of workers) worker.close()
  }
}

async function typist(url: string): Promise<Echoing> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  await once(socket, 'open')
  const probe: Echoing = { type: (text) => socket.send(text), onOutput: undefined }
  socket.on('message', (data: Buffer) => probe.onOutput?.(data))
  // Its relay is killed with all the others.
  socket.on('error', () => undefined)
  return probe
}
