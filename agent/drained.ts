// Waits until what is written to may be written to again.

import type { Writable } from 'node:stream'

/** Resolves at once where there is room, else at the next drain, or when it closes. Never rejects. */
export function drained(writable: Writable): Promise<void> {
  if (!writable.writableNeedDrain || writable.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      writable.off('drain', done)
      writable.off('close', done)
      resolve()
    }
    writable.on('drain', done)
    writable.on('close', done)
  })
}
