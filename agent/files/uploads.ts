// What is remembered of uploads after they ended: which are done, since the answer to the last piece may be lost with the
// peer that carried it and the piece then comes again; and where parts that nobody finished have been looked for.

import { opendir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../clock.ts'
import type { FileFacts } from './entry.ts'
import { onDisk } from './name.ts'

/** Longer than the page tries again, ms. */
const REMEMBER_MS = 15 * 60_000
/** Uploads, and folders: some hundred bytes each. The oldest go first. */
const MAX_REMEMBERED = 1000
/** Nobody goes on with a part that has not grown for so long, ms. */
export const PART_LIFE_MS = 24 * 60 * 60_000
/** How often one folder is looked through, ms: a thousand small files in a row are not a thousand looks. */
const SWEEP_EVERY_MS = 60 * 60_000
/** Names that are read of one folder. */
const MAX_SWEPT_NAMES = 100_000
const PART_NAME = /^\.skein-[\w-]{8,64}\.part$/

interface Finished {
  readonly atMs: number
  readonly facts: FileFacts
}

export class Uploads {
  readonly #clock: Clock
  readonly #finished = new Map<string, Finished>()
  readonly #sweptMs = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  finished(file: string, id: string): FileFacts | undefined {
    const found = this.#finished.get(keyOf(file, id))
    return found && this.#isYoung(found.atMs, REMEMBER_MS) ? found.facts : undefined
  }

  remember(file: string, id: string, facts: FileFacts): void {
    put(this.#finished, keyOf(file, id), { atMs: this.#clock.monotonicMs(), facts })
  }

  /** More of it comes: it is another upload of the same name. */
  forget(file: string, id: string): void {
    this.#finished.delete(keyOf(file, id))
  }

  /** Takes away the parts in a folder whose uploads were given up: a tab that was closed, an agent that was killed. */
  async sweep(folder: string): Promise<void> {
    const lastMs = this.#sweptMs.get(folder)
    if (lastMs !== undefined && this.#isYoung(lastMs, SWEEP_EVERY_MS)) return
    put(this.#sweptMs, folder, this.#clock.monotonicMs())
    // A folder that may be written to and not read keeps its parts.
    await sweepFolder(folder).catch(() => undefined)
  }

  #isYoung(atMs: number, lifeMs: number): boolean {
    return this.#clock.monotonicMs() - atMs < lifeMs
  }
}

async function sweepFolder(folder: string): Promise<void> {
  let left = MAX_SWEPT_NAMES
  for await (const entry of await opendir(onDisk(folder))) {
    if (left-- === 0) return
    if (!entry.isFile() || !PART_NAME.test(entry.name)) continue
    const part = path.join(folder, entry.name)
    const { mtimeMs } = await stat(onDisk(part))
    if (Date.now() - mtimeMs > PART_LIFE_MS) await rm(onDisk(part), { force: true })
  }
}

/** A path holds no zero byte. */
const keyOf = (file: string, id: string): string => `${file}\0${id}`

/** As the youngest. */
function put<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > MAX_REMEMBERED && oldest !== undefined) map.delete(oldest)
}
