// Which part of a file a request asks for (RFC 9110, section 14), and which version it means. Pure.

import { SkeinError } from '#protocol/errors.ts'

export interface Part {
  readonly offset: number
  readonly length: number
}

const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/

/**
 * The part; undefined for the whole, which several ranges at once get too, as the standard allows. Throws
 * `range_invalid` for a part that the file has nothing of.
 */
export function parseRange(header: string | undefined, sizeBytes: number): Part | undefined {
  const [, first = '', last = ''] = RANGE.exec(header?.trim() ?? '') ?? []
  if (first === '' && last === '') return undefined
  if (first === '') return tail(Number(last), sizeBytes)
  const offset = Number(first)
  if (last !== '' && Number(last) < offset) return undefined
  if (offset >= sizeBytes) throw new SkeinError('range_invalid', { size: sizeBytes })
  const end = last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1)
  return { offset, length: end - offset }
}

function tail(bytes: number, sizeBytes: number): Part {
  if (bytes === 0 || sizeBytes === 0) throw new SkeinError('range_invalid', { size: sizeBytes })
  const length = Math.min(bytes, sizeBytes)
  return { offset: sizeBytes - length, length }
}

export const etagOf = (version: string): string => `"${version}"`

/** The version in `If-Match`. A list or a weak tag names none that could be this one. Throws nothing. */
export function versionIn(tag: string | undefined): string | undefined {
  const given = tag?.trim()
  if (given === undefined || given === '*') return undefined
  return /^"([\w-]{1,64})"$/.exec(given)?.[1] ?? 'none'
}

export function matchesAny(header: string | undefined, version: string): boolean {
  if (header === undefined) return false
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etagOf(version))
}

/** Named so that the browser saves it and never shows it: RFC 6266 with RFC 8187. */
export function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_').slice(0, 200)
  const exact = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`
}
