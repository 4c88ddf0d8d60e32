// How an exported volume ends: a comment with what is in it, so that whoever has the file can tell that it is whole. Plain
// tar reads the file all the same.

import { ARCHIVE_END, commentBlocks } from './tar-block.ts'
import type { Totals } from './tar-watch.ts'

const SEAL = /^skein-volume 1 entries=(\d+) bytes=(\d+) sha256=([0-9a-f]{64})$/

/** What comes behind the last entry. */
export function sealedEnd({ entries, bytes, sha256 }: Omit<Totals, 'skipped'>): Buffer {
  const comment = `skein-volume 1 entries=${entries} bytes=${bytes} sha256=${sha256}`
  return Buffer.concat([commentBlocks(comment), ARCHIVE_END])
}

/** Undefined for an archive that was made otherwise. */
export function readSeal(comment: string | undefined): Omit<Totals, 'skipped'> | undefined {
  const [, entries, bytes, sha256] = SEAL.exec(comment ?? '') ?? []
  if (sha256 === undefined) return undefined
  return { entries: Number(entries), bytes: Number(bytes), sha256 }
}

export function sameTotals(a: Omit<Totals, 'skipped'>, b: Omit<Totals, 'skipped'>): boolean {
  return a.entries === b.entries && a.bytes === b.bytes && a.sha256 === b.sha256
}
