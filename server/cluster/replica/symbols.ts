// Words that a message repeats, each written once: origins, kinds and the names of groups. A number stands for each; the
// next unused number introduces the next word.

import { isId } from '#protocol/ids.ts'
import { Malformed, type Reader, type Writer } from '../swim/bytes.ts'
import { MAX_NAME_BYTES } from './limits.ts'

const ORIGIN = /^[0-9a-f]{16}$/

/** How an id is written. */
const AS_UUID = 0
const AS_TEXT = 1

export class SymbolWriter {
  readonly #writer: Writer
  readonly #numbers = new Map<string, number>()

  constructor(writer: Writer) {
    this.#writer = writer
  }

  word(word: string): void {
    if (this.#number(`w${word}`)) this.#writer.string(word)
  }

  /** 16 hexadecimal digits. */
  origin(origin: string): void {
    if (this.#number(`o${origin}`)) this.#writer.u64(BigInt(`0x${origin}`))
  }

  /** Ids are mostly UUIDs, in 16 bytes instead of 36; names of claims are not. */
  id(id: string): void {
    if (isId(id)) this.#writer.u8(AS_UUID).uuid(id)
    else this.#writer.u8(AS_TEXT).string(id)
  }

  #number(key: string): boolean {
    const number = this.#numbers.get(key)
    this.#writer.varint(number ?? this.#numbers.size)
    if (number === undefined) this.#numbers.set(key, this.#numbers.size)
    return number === undefined
  }
}

export class SymbolReader {
  readonly #reader: Reader
  readonly #words: string[] = []

  constructor(reader: Reader) {
    this.#reader = reader
  }

  word(): string {
    return this.#read(() => `w${this.#reader.string(MAX_NAME_BYTES)}`, 'w')
  }

  origin(): string {
    return this.#read(() => `o${this.#reader.u64().toString(16).padStart(16, '0')}`, 'o')
  }

  id(): string {
    const form = this.#reader.u8()
    if (form === AS_UUID) return this.#reader.uuid()
    if (form === AS_TEXT) return this.#reader.string(MAX_NAME_BYTES)
    throw new Malformed('an id in no known form')
  }

  #read(next: () => string, sort: string): string {
    const number = this.#reader.varint()
    if (number > this.#words.length) throw new Malformed('a word that was not introduced')
    if (number === this.#words.length) this.#words.push(next())
    const word = this.#words[number] ?? ''
    if (!word.startsWith(sort)) throw new Malformed('a word of another sort')
    return word.slice(1)
  }
}

export const isOrigin = (origin: string): boolean => ORIGIN.test(origin)
