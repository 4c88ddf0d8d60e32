// What is in a folder. One page in order of names, for who asks page by page; or lines of JSON as they are read, since a
// folder may hold a million files and sorting them is the reader's affair.

import { opendir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, type FileEntry } from './entry.ts'
import type { FileLimits } from './limits.ts'
import { nameToText, onDisk } from './name.ts'

export interface Listing {
  readonly entries: readonly FileEntry[]
  /** The offset of the next page; absent on the last. */
  readonly next?: number
}

/** Files asked for at once: more than the threads that answer, so that none waits. */
const TOGETHER = 32

export async function listFolder(
  folder: string,
  offset: number,
  { pageBytes }: FileLimits,
): Promise<Listing> {
  const found = await readdir(onDisk(folder), 'buffer')
  const names = found.map(nameToText).sort()
  const entries: FileEntry[] = []
  let left = pageBytes
  for (let at = offset; at < names.length; at++) {
    const entry = await describeIn(folder, names[at] ?? '')
    if (!entry) continue
    left -= Buffer.byteLength(JSON.stringify(entry)) + 1
    if (left < 0) return { entries, next: at }
    entries.push(entry)
  }
  return { entries }
}

/** A line for each entry, in no order; `{"truncated":true}` last when there are more than `limit`. */
export async function* entryLines(folder: string, limit: number): AsyncGenerator<Buffer> {
  const names = namesIn(folder)
  for (let left = limit, some = await take(names, TOGETHER); some.length > 0; ) {
    const wanted = some.slice(0, left)
    const entries = await Promise.all(wanted.map((name) => describeIn(folder, name)))
    yield toLines(entries.filter((entry) => entry !== undefined))
    if (wanted.length < some.length) {
      yield toLines([{ truncated: true }])
      await names.return(undefined)
      return
    }
    left -= wanted.length
    some = await take(names, TOGETHER)
  }
}

async function* namesIn(folder: string): AsyncGenerator<string> {
  // Node's types know this only of text, though it gives bytes when they are asked for.
  const entries = await opendir(onDisk(folder), { encoding: 'buffer' as BufferEncoding })
  for await (const { name } of entries) yield nameToText(name as unknown as Buffer)
}

async function take(names: AsyncGenerator<string>, count: number): Promise<string[]> {
  const taken: string[] = []
  while (taken.length < count) {
    const { done, value } = await names.next()
    if (done) break
    taken.push(value)
  }
  return taken
}

/** A file that vanished since the folder was read is no failure. */
const describeIn = (folder: string, name: string): Promise<FileEntry | undefined> =>
  describe(path.join(folder, name), name).catch(() => undefined)

const toLines = (values: readonly object[]): Buffer =>
  Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''))
