// `skein cp FROM TO`: files and folders both ways. A folder travels as a tar archive, packed and unpacked by the same
// code as in the agent: an archive is a stranger's, whichever way it goes.

import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SkeinError } from '#protocol/errors.ts'
import { packTree } from '../../agent/files/pack.ts'
import { unpackTree } from '../../agent/files/unpack.ts'
import { print } from '../output.ts'
import { type Copy, inFolder, nameIn, parseCopy } from './copy/place.ts'
import { Progress, quantity } from './copy/progress.ts'
import { type Facts, RemoteFiles, type Unpacked } from './copy/remote-files.ts'
import { findRunning } from './find-space.ts'
import type { Remote } from './remote.ts'

interface Copied {
  readonly to: string
  readonly bytes: number
  readonly entries: number
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
}

export async function cp(remote: Remote, from: string, to: string): Promise<number> {
  const copy = parseCopy(from, to)
  const space = await findRunning(remote, copy.space)
  const files = new RemoteFiles(remote, space.id)
  const copied = copy.way === 'up' ? await copyUp(files, copy) : await copyDown(files, copy)
  for (const { name, reason } of copied.skipped) {
    process.stderr.write(`left out: ${name.replace(/\p{Cc}/gu, '?')}: ${reason}\n`)
  }
  print(remote.asJson, copied, () => {
    const count = copied.entries === 1 ? '1 file' : `${copied.entries} files and folders`
    return `${from} → ${to}: ${count}, ${quantity(copied.bytes)}`
  })
  return 0
}

async function copyUp(files: RemoteFiles, { local, path }: Copy): Promise<Copied> {
  const stats = await stat(local).catch((cause: unknown) => {
    throw new SkeinError('path_missing', { path: local }, cause)
  })
  const name = nameIn(resolve(local)) ?? 'files'
  const target = await targetOf(path, name, async (at) => (await files.stat(at))?.kind === 'folder')
  if (stats.isDirectory()) {
    const progress = new Progress(name, undefined)
    const packed = Readable.from(packTree(resolve(local)), { objectMode: false })
    const unpacked = await files.unpack(target, fed(packed, progress))
    return { to: target, bytes: progress.bytes, ...pick(unpacked) }
  }
  if (!stats.isFile()) {
    throw new SkeinError('file_failed', {
      path: local,
      reason: 'it is neither a file nor a folder',
    })
  }
  const progress = new Progress(name, stats.size)
  await files.write(target, stats.mode, fed(createReadStream(local), progress))
  return { to: target, bytes: progress.bytes, entries: 1, skipped: [] }
}

const pick = ({ entries, skipped }: Unpacked) => ({ entries, skipped })

/** Errors of the source reach whoever reads. */
function fed(source: Readable, progress: Progress): Readable {
  pipeline(source, progress).catch(() => undefined)
  return progress
}

async function copyDown(files: RemoteFiles, { local, path }: Copy): Promise<Copied> {
  const facts = await files.stat(path)
  if (!facts) throw new SkeinError('path_missing', { path })
  const name = basename(nameIn(path) ?? 'files')
  const target = await targetOf(local, name, async (at) =>
    stat(at).then(
      (stats) => stats.isDirectory(),
      () => false,
    ),
  )
  if (facts.kind === 'folder') return downFolder(files, path, target)
  return downFile(files, path, { target, facts })
}

async function downFolder(files: RemoteFiles, path: string, target: string): Promise<Copied> {
  const progress = new Progress(basename(target), undefined)
  const archive = await files.read('tar', path)
  await mkdir(target, { recursive: true })
  const unpacking = unpackTree(fed(archive, progress), resolve(target))
  const { entries, bytes, skipped } = await unpacking
  return { to: target, bytes, entries, skipped }
}

/** Beside its place and moved over it: what breaks off leaves what was there. */
async function downFile(
  files: RemoteFiles,
  path: string,
  { target, facts }: { readonly target: string; readonly facts: Facts },
): Promise<Copied> {
  const progress = new Progress(basename(target), facts.sizeBytes)
  const content = await files.read('content', path)
  const draft = join(target, '..', `.skein-${randomBytes(9).toString('base64url')}.part`)
  try {
    const file = await open(draft, 'wx', facts.mode & 0o777)
    await pipeline(content, progress, file.createWriteStream())
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    const code = (error as NodeJS.ErrnoException).code ?? 'it broke off'
    throw error instanceof SkeinError
      ? error
      : new SkeinError('file_failed', { path: target, reason: code }, error)
  }
  return { to: target, bytes: progress.bytes, entries: 1, skipped: [] }
}

/** As `cp` has it: into a folder that is there, else to that very name. */
async function targetOf(
  path: string,
  name: string,
  isFolder: (path: string) => Promise<boolean>,
): Promise<string> {
  if (path.endsWith('/') || nameIn(path) === undefined || (await isFolder(path))) {
    return inFolder(path, name)
  }
  return path
}
