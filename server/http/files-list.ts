// A folder's entries, as the agent sends them line by line. Lines are read as they come, so that a folder of ten thousand
// files never keeps the peer's one thread for long.

import type { Duplex } from 'node:stream'
import { MAX_LISTED } from '#protocol/api/file-limits.ts'
import {
  type FileEntry,
  type Folder,
  fileEntrySchema,
  folderHeadSchema,
} from '#protocol/api/files.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { LinkStream } from '../links/streams.ts'
import {
  concluded,
  endingWith,
  type FilesCall,
  openFiles,
  soon,
  understood,
} from './files-stream.ts'
import type { Door } from './ports.ts'

/** An entry with the longest name and target there can be, each byte six in JSON. */
const MAX_LINE_BYTES = 64 * 1024
const NEWLINE = 0x0a

/** Rejects as `openFiles` does, with `timeout`, and with `frame_invalid` when the agent says nonsense. */
export async function listFolder(
  door: Door,
  call: FilesCall,
  path: string,
  signal: AbortSignal,
): Promise<Folder> {
  return await soon(door, signal, async (until) => {
    const open = { op: 'entries', path, limit: MAX_LISTED } as const
    const stream = await openFiles(door, call, open, until)
    return await endingWith(stream, until, async () => {
      try {
        const { entries, truncated } = await readEntries(stream)
        await concluded(stream)
        return { ...understood(folderHeadSchema, stream.opened), entries, truncated }
      } catch (error) {
        stream.abort()
        throw error
      }
    })
  })
}

async function readEntries({ duplex }: LinkStream): Promise<Pick<Folder, 'entries' | 'truncated'>> {
  const entries: FileEntry[] = []
  let truncated = false
  for await (const line of linesOf(duplex)) {
    const value = parseLine(line)
    truncated = isTruncation(value)
    if (truncated) break
    if (entries.length >= MAX_LISTED) throw nonsense()
    entries.push(understood(fileEntrySchema, value))
  }
  // Whatever else it sends goes nowhere, and must not keep its fin from being heard.
  duplex.resume()
  return { entries, truncated }
}

/** Split by newlines alone: names may hold any other character that counts as a line's end. */
async function* linesOf(duplex: Duplex): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of duplex.iterator({ destroyOnReturn: false })) {
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    let from = 0
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, from)) {
      yield bytes.subarray(from, at)
      from = at + 1
    }
    rest = bytes.subarray(from)
    if (rest.length > MAX_LINE_BYTES) throw nonsense()
  }
  if (rest.length > 0) throw nonsense()
}

function parseLine(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString())
  } catch (error) {
    throw nonsense(error)
  }
}

const isTruncation = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'truncated' in value

const nonsense = (cause?: unknown): SkeinError =>
  new SkeinError('frame_invalid', { reason: 'the agent’s list' }, cause)
