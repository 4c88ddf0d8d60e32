// One operation on the space's files for each stream. The agent runs as the space's user, so the kernel decides what
// may be reached; paths are absolute, or relative to the home folder.

import { lstat, mkdir, rename } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { AgentConfig } from '#protocol/report.ts'
import { childEnvironment } from '../child/environment.ts'
import type { ServedStream } from '../link/served.ts'
import { describe, examine } from './entry.ts'
import { fileFailure } from './failure.ts'
import { FILE_LIMITS } from './limits.ts'
import { entryLines, listFolder } from './list.ts'
import { onDisk } from './name.ts'
import { remove } from './remove.ts'
import { sendFile } from './transfer.ts'
import type { Uploads } from './uploads.ts'
import { takeFile } from './write.ts'

/** What of the agent the files need. */
export interface FilesContext {
  readonly config: AgentConfig
  readonly uploads: Uploads
}

export type FilesOpen = Extract<StreamOpen, { kind: 'files' }>

/** Serves one files stream. Rejects with the codes of files in protocol/errors.ts. */
export async function serveFiles(
  stream: ServedStream,
  open: FilesOpen,
  agent: FilesContext,
): Promise<void> {
  try {
    await operate(stream, open, agent)
  } catch (error) {
    throw fileFailure(open.path, error)
  }
  stream.fin({ ok: true })
}

async function operate(
  stream: ServedStream,
  open: FilesOpen,
  { config, uploads }: FilesContext,
): Promise<void> {
  const at = locate(open.path, config)
  switch (open.op) {
    case 'list':
      return stream.accept(await listFolder(at, open.offset ?? 0, FILE_LIMITS))
    case 'entries':
      return sendEntries(stream, at, open.limit ?? FILE_LIMITS.entries)
    case 'stat':
      return stream.accept(await examine(at, path.basename(at), open.follow === true))
    case 'read':
      return sendFile(stream, at, open)
    case 'write':
      return tell(stream, await takeFile(stream, at, open, uploads))
    case 'mkdir':
      await makeFolder(at, open)
      return stream.accept()
    case 'remove':
      stream.accept()
      return tell(stream, await remove(at, open.limit ?? FILE_LIMITS.entries))
    case 'rename':
      await move(at, locate(open.to ?? '', config), open.ifAbsent === true)
      return stream.accept()
    case 'tar':
      return sendArchive(stream, at, open.names)
    case 'untar':
      return takeArchive(stream, at)
  }
}

/** What the work came to, before the fin that says it is done. */
function tell(stream: ServedStream, result: object): void {
  stream.duplex.write(JSON.stringify(result))
}

async function makeFolder(at: string, { mode, ifAbsent }: FilesOpen): Promise<void> {
  const recursive = ifAbsent !== true
  await mkdir(onDisk(at), { recursive, ...(mode === undefined ? {} : { mode }) })
}

async function move(from: string, to: string, ifAbsent: boolean): Promise<void> {
  const [source, target] = await Promise.all([
    lstat(onDisk(from)),
    lstat(onDisk(to)).catch(() => undefined),
  ])
  // A name that differs in case may be the same file, where the disk does not tell them apart.
  const isSame = target?.ino === source.ino && target.dev === source.dev
  if (ifAbsent && target && !isSame) throw new SkeinError('path_exists', { path: to })
  await rename(onDisk(from), onDisk(to)).catch((error) => {
    throw fileFailure(error.code === 'ENOENT' ? path.dirname(to) : from, error)
  })
}

async function sendEntries(stream: ServedStream, at: string, limit: number): Promise<void> {
  const lines = entryLines(at, limit)
  // Read before it is accepted: a folder that may not be read is refused and not an empty one.
  const first = await lines.next()
  stream.accept({ ...(await examine(at, path.basename(at), true)), path: at })
  if (first.done) return
  stream.duplex.write(first.value)
  await pipeline(Readable.from(lines, { objectMode: false }), stream.duplex, { end: false })
}

async function sendArchive(
  stream: ServedStream,
  at: string,
  names: readonly string[] | undefined,
): Promise<void> {
  await describe(at, '')
  const { packTree } = await import('./pack.ts')
  stream.accept()
  const pieces = Readable.from(packTree(at, FILE_LIMITS, names), { objectMode: false })
  await pipeline(pieces, stream.duplex, { end: false })
}

async function takeArchive(stream: ServedStream, at: string): Promise<void> {
  await mkdir(onDisk(at), { recursive: true })
  const { unpackTree } = await import('./unpack.ts')
  stream.accept()
  const unpacked = await unpackTree(stream.duplex, at)
  const { ok } = await stream.finished
  if (!ok) throw new SkeinError('link_lost')
  tell(stream, unpacked)
}

function locate(given: string, config: AgentConfig): string {
  const reason = 'it is empty or holds a zero byte'
  if (given === '' || given.includes('\0')) {
    throw new SkeinError('path_invalid', { path: given.slice(0, 200), reason })
  }
  return path.resolve(childEnvironment(config).HOME ?? '/', given)
}
