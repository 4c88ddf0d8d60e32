// Watches a volume's archive as it passes: every byte of what is lawful goes on as it came, with owners, modes, times and
// attributes; devices and pipes are left out; a name that leads out of the volume ends it. It counts and hashes, so that
// both ends of a copy can say that they had the same. Pure.

import { createHash, type Hash } from 'node:crypto'
import {
  BLOCK_BYTES,
  type Block,
  type EntryType,
  isEmpty,
  paddingBytes,
  readBlock,
  readRecords,
  refused,
} from './tar-block.ts'

/** A name of 4 kB, a target, and attributes of 64 kB each; bytes. */
const MAX_META_BYTES = 1024 * 1024

export interface Entry {
  /** Below the volume, without `./` before it or `/` behind; the volume itself is ``. One character a byte. */
  readonly name: string
  readonly type: EntryType
  readonly target: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly sizeBytes: number
  /** SHA-256 of a file's content. */
  readonly sha256?: Buffer
}

export interface Totals {
  readonly entries: number
  /** Of files' content. */
  readonly bytes: number
  /** Devices, pipes and sockets that were left out. */
  readonly skipped: number
  /** Of all that went on. */
  readonly sha256: string
}

const TYPES: Readonly<Record<string, EntryType | 'skip' | undefined>> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'link',
  '2': 'symlink',
  '5': 'folder',
  '3': 'skip',
  '4': 'skip',
  '6': 'skip',
}

interface Open {
  readonly entry: Entry
  readonly goesOn: boolean
  readonly content: Hash
}

export class TarWatch {
  readonly #onEntry: (entry: Entry) => void
  readonly #hash = createHash('sha256')
  #held: Buffer[] = []
  #heldBytes = 0
  /** Headers that say more of the next entry, as they came. */
  #before: Buffer[] = []
  #beforeBytes = 0
  #more = new Map<string, string>()
  #meta: { readonly flag: string; readonly sizeBytes: number } | undefined
  #open: Open | undefined
  #contentLeft = 0
  #paddingLeft = 0
  #emptyBlocks = 0
  #entries = 0
  #bytes = 0
  #skipped = 0
  /** Of the last header for the whole archive; volumes' archives end with one (seal.ts). */
  comment: string | undefined

  constructor(onEntry: (entry: Entry) => void = () => undefined) {
    this.#onEntry = onEntry
  }

  /** What goes on of these bytes. Throws `archive_refused`. */
  push(chunk: Buffer): Buffer[] {
    const out: Buffer[] = []
    let rest = chunk
    while (rest.length > 0) rest = this.#open ? this.#content(rest, out) : this.#block(rest, out)
    for (const bytes of out) this.#hash.update(bytes)
    return out
  }

  /** To be asked once, at the end. Throws `archive_refused` when the archive has not ended. */
  finish(): Totals {
    if (this.#emptyBlocks < 2) throw refused('its end', 'it is cut off')
    const { entries, bytes, skipped } = {
      entries: this.#entries,
      bytes: this.#bytes,
      skipped: this.#skipped,
    }
    return { entries, bytes, skipped, sha256: this.#hash.digest('hex') }
  }

  /** Collects a block, or what belongs to a header that says more. */
  #block(chunk: Buffer, out: Buffer[]): Buffer {
    const meta = this.#meta
    const wanted = meta ? meta.sizeBytes + paddingBytes(meta.sizeBytes) : BLOCK_BYTES
    const piece = chunk.subarray(0, wanted - this.#heldBytes)
    this.#held.push(piece)
    this.#heldBytes += piece.length
    if (this.#heldBytes === wanted) {
      const whole = Buffer.concat(this.#held)
      this.#held = []
      this.#heldBytes = 0
      if (meta) this.#readMeta(whole, meta)
      else this.#header(whole, out)
    }
    return chunk.subarray(piece.length)
  }

  #header(bytes: Buffer, out: Buffer[]): void {
    if (isEmpty(bytes)) {
      this.#emptyBlocks++
      return
    }
    if (this.#emptyBlocks > 0) throw refused('its end', 'something follows it')
    const block = readBlock(bytes)
    if ('xgLK'.includes(block.flag)) {
      this.#keep(bytes, block.flag)
      if (block.sizeBytes > MAX_META_BYTES) throw refused('its headers', 'one is too long')
      this.#meta = { flag: block.flag, sizeBytes: block.sizeBytes }
      if (block.sizeBytes === 0) this.#readMeta(Buffer.alloc(0), this.#meta)
      return
    }
    this.#begin(bytes, block, out)
  }

  #readMeta(bytes: Buffer, { flag, sizeBytes }: { flag: string; sizeBytes: number }): void {
    this.#meta = undefined
    this.#keep(bytes, flag)
    const body = bytes.subarray(0, sizeBytes)
    const long = body.toString('latin1').replace(/\0+$/, '')
    if (flag === 'g') this.comment = readRecords(body).get('comment') ?? this.comment
    else if (flag === 'L') this.#more.set('path', long)
    else if (flag === 'K') this.#more.set('linkpath', long)
    else for (const [key, value] of readRecords(body)) this.#more.set(key, value)
  }

  /** What is said of the whole archive does not go on. */
  #keep(bytes: Buffer, flag: string): void {
    if (flag === 'g') return
    this.#before.push(bytes)
    this.#beforeBytes += bytes.length
    if (this.#beforeBytes > 2 * MAX_META_BYTES) throw refused('its headers', 'there are too many')
  }

  #begin(bytes: Buffer, block: Block, out: Buffer[]): void {
    const { entry, type } = this.#entryOf(block)
    const goesOn = type !== 'skip'
    if (goesOn) out.push(...this.#before, bytes)
    else this.#skipped++
    this.#before = []
    this.#beforeBytes = 0
    this.#more.clear()
    this.#contentLeft = entry.sizeBytes
    this.#paddingLeft = paddingBytes(entry.sizeBytes)
    this.#open = { entry, goesOn, content: createHash('sha256') }
    if (this.#contentLeft + this.#paddingLeft === 0) this.#end()
  }

  #entryOf(block: Block): { entry: Entry; type: EntryType | 'skip' } {
    const more = (key: string) => this.#more.get(key)
    const name = inside(more('path') ?? block.name, block.name)
    const type = TYPES[block.flag]
    if (type === undefined) throw refused(name, `it is of an unknown type (${block.flag})`)
    const linked = more('linkpath') ?? block.target
    const target = type === 'link' ? inside(linked, name) : type === 'symlink' ? linked : ''
    const whole = (key: string, fallback: number) => wholeOf(more(key), fallback)
    const sizeBytes = type === 'file' ? whole('size', block.sizeBytes) : block.sizeBytes
    if (type !== 'file' && sizeBytes > 0 && type !== 'skip') {
      throw refused(name, 'it has content, and is no file')
    }
    const { mode } = block
    const ids = { uid: whole('uid', block.uid), gid: whole('gid', block.gid) }
    const shown = type === 'skip' ? 'file' : type
    return { type, entry: { name, type: shown, target, mode: mode & 0o7777, ...ids, sizeBytes } }
  }

  #content(chunk: Buffer, out: Buffer[]): Buffer {
    const open = this.#open
    if (open === undefined) return chunk
    const isContent = this.#contentLeft > 0
    const piece = chunk.subarray(0, isContent ? this.#contentLeft : this.#paddingLeft)
    if (isContent) {
      this.#contentLeft -= piece.length
      if (open.goesOn) open.content.update(piece)
    } else {
      this.#paddingLeft -= piece.length
    }
    if (open.goesOn) out.push(piece)
    if (this.#contentLeft + this.#paddingLeft === 0) this.#end()
    return chunk.subarray(piece.length)
  }

  #end(): void {
    const open = this.#open
    this.#open = undefined
    if (!open?.goesOn) return
    this.#entries++
    this.#bytes += open.entry.sizeBytes
    const isFile = open.entry.type === 'file'
    this.#onEntry({ ...open.entry, ...(isFile && { sha256: open.content.digest() }) })
  }
}

/** Throws for a name that leads out of the volume. */
function inside(name: string, of: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (name.startsWith('/') || parts.includes('..')) throw refused(of, 'it leads out of the volume')
  return parts.join('/')
}

function wholeOf(value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback
  const number = Number(value)
  if (/^\d{1,16}$/.test(value) && Number.isSafeInteger(number)) return number
  throw refused('its headers', 'a number is none')
}
