// What a message is written to and read from, and lists in it: how many, then one after the other.

import type { Reader, Writer } from '../swim/bytes.ts'
import type { SymbolReader, SymbolWriter } from './symbols.ts'

export interface Out {
  readonly writer: Writer
  readonly symbols: SymbolWriter
}

export interface In {
  readonly reader: Reader
  readonly symbols: SymbolReader
}

export function writeList<T>(out: Out, list: readonly T[], each: (out: Out, one: T) => void): void {
  out.writer.varint(list.length)
  for (const one of list) each(out, one)
}

export function readList<T>(from: In, each: (from: In) => T): T[] {
  const list: T[] = []
  for (let count = from.reader.count(); count > 0; count--) list.push(each(from))
  return list
}
