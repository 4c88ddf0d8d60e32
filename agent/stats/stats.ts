// Samples the container's use of processor and memory.

import { readFile } from 'node:fs/promises'
import type { AgentReport } from '#protocol/report.ts'
import type { Clock } from '../clock.ts'
import { cpuPercent, type GroupUsage, type Layout, layouts, readUsage } from './cgroup.ts'

export const SAMPLE_EVERY_MS = 10_000

export type Sample = Extract<AgentReport, { type: 'stats' }>

type Read = (file: string) => Promise<string>

export class Stats {
  readonly #clock: Clock
  readonly #read: Read
  #layout: Layout | undefined
  #before: { usage: GroupUsage; atMs: number } | undefined
  #last: Sample | undefined

  constructor(clock: Clock, read: Read = (file) => readFile(file, 'utf8')) {
    this.#clock = clock
    this.#read = read
  }

  /** The newest sample, if there is one. */
  get last(): Sample | undefined {
    return this.#last
  }

  /** Use since the sample before (at the first: memory only). Rejects where the kernel shows no control group. */
  async sample(): Promise<Sample> {
    this.#layout ??= await this.#findLayout()
    const usage = await readUsage(this.#layout, this.#read)
    const atMs = this.#clock.monotonicMs()
    const before = this.#before
    this.#before = { usage, atMs }
    const { memoryBytes, memoryLimitBytes } = usage
    this.#last = {
      type: 'stats',
      cpuPercent: before ? cpuPercent(before.usage, usage, atMs - before.atMs) : 0,
      memoryBytes,
      ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    }
    return this.#last
  }

  async #findLayout(): Promise<Layout> {
    for (const layout of layouts) {
      const found = await this.#read(layout.memory).then(
        () => true,
        () => false,
      )
      if (found) return layout
    }
    throw new Error('the container sees no control group')
  }
}
