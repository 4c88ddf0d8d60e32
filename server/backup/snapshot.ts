// A consistent copy of a data folder's database, whether or not a peer runs on it. Free pages are left out: what was
// deleted is not in it.

import { once } from 'node:events'
import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { SkeinError } from '#protocol/errors.ts'
import { ownModule } from '../program-folder.ts'
import type { OnProgress } from './progress.ts'

const THREAD = ownModule('server/backup/snapshot-thread.ts')
const LOOK_MS = 200

/** Rejects with `backup_failed`. */
export async function snapshot(from: string, to: string, onProgress: OnProgress): Promise<void> {
  const worker = new Worker(THREAD, { workerData: { from, to }, name: 'skein snapshot' })
  const totalBytes = sizeOf(from)
  const looks = setInterval(() => onProgress('copying', sizeOf(to), totalBytes), LOOK_MS)
  try {
    await once(worker, 'exit')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SkeinError('backup_failed', { reason }, error)
  } finally {
    clearInterval(looks)
    await worker.terminate()
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
