// Reads a backup: its header, then its files into a folder, each byte authentic or at least counted and hashed. Nothing is
// believed that the header does not announce, and nothing is written outside the folder.

import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import { SkeinError } from '#protocol/errors.ts'
import { decodeHeader, type Header, PREFIX_BYTES, restOfHeader } from './format.ts'
import { fromFrames, type Sealing, type Source } from './frames.ts'
import { type BackupKey, openSeal } from './key.ts'
import type { OnProgress } from './progress.ts'

export class BackupFile {
  readonly header: Header
  readonly #source: FileSource
  readonly #handle: FileHandle

  /** The header as it stands in the file: what the content is bound to. */
  readonly #encoded: Buffer

  private constructor(handle: FileHandle, source: FileSource, encoded: Buffer) {
    this.#handle = handle
    this.#source = source
    this.#encoded = encoded
    this.header = decodeHeader(encoded.subarray(PREFIX_BYTES))
  }

  /** Rejects with `backup_unknown`, `backup_newer`, `backup_cut` or `backup_damaged`. The caller closes it. */
  static async open(path: string): Promise<BackupFile> {
    const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
      const reason = `it cannot be read (${error.code})`
      throw new SkeinError('backup_unknown', { file: path, reason }, error)
    })
    try {
      const source = new FileSource(handle)
      const prefix = await source.take(PREFIX_BYTES)
      const length = restOfHeader(prefix, path)
      const rest = await source.take(length)
      if (rest.length < length) throw new SkeinError('backup_cut', { size: source.position })
      return new BackupFile(handle, source, Buffer.concat([prefix, rest]))
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /**
   * Writes the files below `folder`. Once only. Rejects with `backup_key_missing`, `backup_key_wrong`, `backup_cut`,
   * `backup_damaged`, and `restore_failed` when they cannot be written.
   */
  async extract(folder: string, key: BackupKey | undefined, onProgress: OnProgress): Promise<void> {
    const sealing = await this.#unlock(key)
    const files = new Extraction(folder, this.header, onProgress)
    try {
      const frames = fromFrames(this.#source, sealing)
      await pipeline(frames, createZstdDecompress(), (content) => files.take(content))
    } catch (error) {
      throw refusalOf(error)
    } finally {
      await files.close()
    }
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async #unlock(key: BackupKey | undefined): Promise<Sealing | undefined> {
    const { seal } = this.header
    if (seal === undefined) return undefined
    if (key === undefined) throw new SkeinError('backup_key_missing')
    return { secret: await openSeal(seal, key), header: this.#encoded }
  }
}

class FileSource implements Source {
  position = 0
  readonly #handle: FileHandle

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  async take(bytes: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(bytes)
    let filled = 0
    while (filled < bytes) {
      const { bytesRead } = await this.#handle.read(buffer, filled, bytes - filled, this.position)
      if (bytesRead === 0) break
      filled += bytesRead
      this.position += bytesRead
    }
    return buffer.subarray(0, filled)
  }
}

/** Cuts the content into its files again. */
class Extraction {
  readonly #folder: string
  readonly #header: Header
  readonly #onProgress: OnProgress
  readonly #totalBytes: number
  readonly #hash = createHash('sha256')
  #doneBytes = 0
  #next = 0
  #leftBytes = 0
  #file: FileHandle | undefined

  constructor(folder: string, header: Header, onProgress: OnProgress) {
    this.#folder = folder
    this.#header = header
    this.#onProgress = onProgress
    this.#totalBytes = header.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  }

  async take(content: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of content) {
      this.#doneBytes += chunk.length
      if (this.#doneBytes > this.#totalBytes) throw damaged('it holds more than it says')
      this.#hash.update(chunk)
      await this.#put(chunk)
      this.#onProgress('reading', this.#doneBytes, this.#totalBytes)
    }
    await this.#put(Buffer.alloc(0))
    if (this.#doneBytes < this.#totalBytes) throw damaged('it holds less than it says')
    if (this.#hash.digest('hex') !== this.#header.sha256) throw damaged('its SHA-256 differs')
  }

  async #put(chunk: Buffer): Promise<void> {
    let rest = chunk
    do {
      if (this.#leftBytes === 0 && !(await this.#begin())) return
      const piece = rest.subarray(0, this.#leftBytes)
      await this.#file?.writeFile(piece)
      this.#leftBytes -= piece.length
      rest = rest.subarray(piece.length)
    } while (rest.length > 0 || this.#leftBytes === 0)
  }

  /** Opens the next file; false when there is none. */
  async #begin(): Promise<boolean> {
    await this.close()
    const next = this.#header.files[this.#next++]
    if (next === undefined) return false
    const path = join(this.#folder, next.name)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#file = await open(path, 'wx', 0o600)
    this.#leftBytes = next.sizeBytes
    return true
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    try {
      await file?.sync()
    } finally {
      await file?.close()
    }
  }
}

/** What the kernel says is about the folder; what the decompressor says, about the backup. */
function refusalOf(error: unknown): unknown {
  if (error instanceof SkeinError || !(error instanceof Error)) return error
  if ('syscall' in error) return new SkeinError('restore_failed', { reason: error.message }, error)
  return damaged(error.message, error)
}

const damaged = (reason: string, cause?: unknown): SkeinError =>
  new SkeinError('backup_damaged', { reason }, cause)
