// A pull's progress. The engine tells of each layer by itself and forgets the total once a layer is there, so the
// lines are folded into one pair of numbers that only grows.

import type { z } from 'zod'
import type { pullAnswer } from './answers.ts'

export interface PullProgress {
  readonly doneBytes: number
  /** Grows while the engine is still finding out about layers. */
  readonly totalBytes: number
}

/** The most layers that are counted; an image has at most 127. */
const MAX_LAYERS = 512

export class PullCounter {
  readonly #layers = new Map<string, { done: number; total: number }>()

  /** Takes one line; answers the new sums, or undefined when they did not change. */
  add(line: z.infer<typeof pullAnswer>): PullProgress | undefined {
    const { id, status } = line
    if (id === undefined || status === undefined) return undefined
    const layer = this.#layers.get(id) ?? { done: 0, total: 0 }
    const total = Math.max(layer.total, line.progressDetail?.total ?? 0)
    const next = { total, done: doneBytes(status, line, layer.done, total) }
    if (next.done === layer.done && next.total === layer.total) return undefined
    if (this.#layers.size >= MAX_LAYERS && !this.#layers.has(id)) return undefined
    this.#layers.set(id, next)
    return this.progress
  }

  get progress(): PullProgress {
    let done = 0
    let total = 0
    for (const layer of this.#layers.values()) {
      done += layer.done
      total += layer.total
    }
    return { doneBytes: done, totalBytes: total }
  }
}

/** Only downloading counts: extraction tells its own bytes against another total. */
function doneBytes(
  status: string,
  line: z.infer<typeof pullAnswer>,
  before: number,
  total: number,
): number {
  if (status === 'Downloading') return Math.max(before, line.progressDetail?.current ?? 0)
  if (status === 'Waiting' || status === 'Pulling fs layer') return before
  return total
}
