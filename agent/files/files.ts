// One operation on the space's files for each stream. The agent runs as the space's user, so the kernel decides what
// may be reached; paths are absolute, or relative to the home folder.

import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { AgentConfig } from '#protocol/report.ts'
import { childEnvironment } from '../child/environment.ts'
import type { ServedStream } from '../link/served.ts'
import { describe } from './entry.ts'
import { fileFailure } from './failure.ts'
import { FILE_LIMITS } from './limits.ts'
import { listFolder } from './list.ts'
import { sendFile, takeFile } from './transfer.ts'

export type FilesOpen = Extract<StreamOpen, { kind: 'files' }>

/** Serves one files stream. Rejects with `path_missing`, `path_forbidden`, `file_failed`, `archive_refused`, `too_large`. */
export async function serveFiles(
  stream: ServedStream,
  open: FilesOpen,
  config: AgentConfig,
): Promise<void> {
  const at = locate(open.path, config)
  try {
    await operate(stream, open, at, config)
  } catch (error) {
    throw fileFailure(open.path, error)
  }
  stream.fin({ ok: true })
}

async function operate(
  stream: ServedStream,
  open: FilesOpen,
  at: string,
  config: AgentConfig,
): Promise<void> {
  switch (open.op) {
    case 'list':
      return stream.accept(await listFolder(at, open.offset ?? 0, FILE_LIMITS))
    case 'stat':
      return stream.accept(await describe(at, path.basename(at)))
    case 'read':
      return sendFile(stream, at, open.offset)
    case 'write':
      return takeFile(stream, at, open)
    case 'mkdir':
      await mkdir(at, { recursive: true, ...(open.mode === undefined ? {} : { mode: open.mode }) })
      return stream.accept()
    case 'remove':
      await remove(at)
      return stream.accept()
    case 'rename':
      await rename(at, locate(open.to ?? '', config))
      return stream.accept()
    case 'tar':
      return sendArchive(stream, at)
    case 'untar':
      return takeArchive(stream, at)
  }
}

async function remove(at: string): Promise<void> {
  const { root } = path.parse(at)
  if (at === root) throw new SkeinError('path_forbidden', { path: at })
  await rm(at, { recursive: true })
}

async function sendArchive(stream: ServedStream, at: string): Promise<void> {
  await describe(at, '')
  const { packTree } = await import('./pack.ts')
  stream.accept()
  await pipeline(Readable.from(packTree(at)), stream.duplex, { end: false })
}

async function takeArchive(stream: ServedStream, at: string): Promise<void> {
  await mkdir(at, { recursive: true })
  const { unpackTree } = await import('./unpack.ts')
  stream.accept()
  await unpackTree(stream.duplex, at)
}

function locate(given: string, config: AgentConfig): string {
  if (given === '' || given.includes('\0')) throw new SkeinError('path_missing', { path: given })
  return path.resolve(childEnvironment(config).HOME ?? '/', given)
}
