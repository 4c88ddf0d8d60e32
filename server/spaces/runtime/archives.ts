// Tar archives to and from containers: the only way to put files onto an engine that may be on another machine,
// and it works before a container's first start.

import { createReadStream } from 'node:fs'
import { readdir, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, pack } from 'tar-stream'

/** The largest file that is read out of a container, bytes: a passwd file of 10,000 users. */
const MAX_FILE_BYTES = 1024 * 1024

/** An archive with one folder in it, e.g. `home/dev` to be put at `/`, which gives a fresh volume its owner. */
export async function folderArchive(path: string, uid: number, gid: number): Promise<Buffer> {
  const archive = pack()
  archive.entry({
    name: `${path.replace(/^\/+|\/+$/g, '')}/`,
    type: 'directory',
    mode: 0o755,
    uid,
    gid,
  })
  archive.finalize()
  return gather(archive)
}

/** The first regular file of an archive as text, or undefined when there is none. Consumes the stream. */
export async function fileFromArchive(stream: Readable): Promise<string | undefined> {
  const reader = extract()
  stream.on('error', (error) => reader.destroy(error))
  stream.pipe(reader)
  for await (const entry of reader) {
    if (entry.header.type === 'file' && (entry.header.size ?? 0) <= MAX_FILE_BYTES) {
      return (await gather(entry)).toString()
    }
    entry.resume()
  }
  return undefined
}

export interface PackedFile {
  /** Inside the folder, with `/`. */
  readonly path: string
  readonly sizeBytes: number
  readonly mode: number
  /** Where a symbolic link points. */
  readonly link?: string
}

/** Every file below a folder, sorted, so that equal folders list equally. */
export async function listFiles(folder: string): Promise<readonly PackedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map(async (entry): Promise<PackedFile> => {
      const full = join(entry.parentPath, entry.name)
      const path = full.slice(folder.length).replace(/^\/+/, '')
      if (entry.isSymbolicLink()) {
        return { path, sizeBytes: 0, mode: 0o777, link: await readlink(full) }
      }
      const { size, mode } = await stat(full)
      return { path, sizeBytes: size, mode: (mode & 0o111) === 0 ? 0o644 : 0o755 }
    })
  return (await Promise.all(files)).sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** A folder as an archive, owned by root, as it is read. An unreadable file breaks the stream. */
export function packFolder(folder: string, files: readonly PackedFile[]): Readable {
  const archive = pack()
  packAll(archive, folder, files).catch((error: unknown) => {
    archive.destroy(error instanceof Error ? error : new Error(String(error)))
  })
  return Readable.from(archive)
}

async function packAll(
  archive: ReturnType<typeof pack>,
  folder: string,
  files: readonly PackedFile[],
): Promise<void> {
  for (const { path, sizeBytes, mode, link } of files) {
    if (link !== undefined) {
      archive.entry({ name: path, type: 'symlink', linkname: link })
      continue
    }
    const entry = archive.entry({ name: path, size: sizeBytes, mode, uid: 0, gid: 0 })
    await pipeline(createReadStream(join(folder, path)), entry)
  }
  archive.finalize()
}

async function gather(chunks: AsyncIterable<unknown>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const chunk of chunks) parts.push(chunk as Buffer)
  return Buffer.concat(parts)
}
