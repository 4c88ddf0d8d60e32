// What SFTP says of a file: the attributes that are in numbers, and the line that `ls -l` shows.

import type { Stats } from 'node:fs'
import { type FieldReader, u32, u64 } from './codec.ts'

const Flag = { size: 1, owner: 2, permissions: 4, times: 8, extended: 0x8000_0000 } as const

/** What a client sets; a field that it does not name stays as it is. */
export interface WantedAttributes {
  readonly size?: number
  readonly owner?: { readonly uid: number; readonly gid: number }
  readonly permissions?: number
  /** Seconds since 1970. */
  readonly times?: { readonly accessed: number; readonly modified: number }
}

/** Reads attributes. Throws `SftpFailure`. Extended ones stand last and mean nothing here. */
export function readAttributes(fields: FieldReader): WantedAttributes {
  const flags = fields.u32()
  const has = (flag: number) => (flags & flag) !== 0
  return {
    ...(has(Flag.size) ? { size: fields.u64() } : {}),
    ...(has(Flag.owner) ? { owner: { uid: fields.u32(), gid: fields.u32() } } : {}),
    ...(has(Flag.permissions) ? { permissions: fields.u32() & 0o7777 } : {}),
    ...(has(Flag.times) ? { times: { accessed: fields.u32(), modified: fields.u32() } } : {}),
  }
}

export function encodeAttributes(stats: Stats): Buffer {
  const flags = Flag.size | Flag.owner | Flag.permissions | Flag.times
  const { uid, gid, mode } = stats
  const times = [seconds(stats.atimeMs), seconds(stats.mtimeMs)]
  return Buffer.concat([u32(flags), u64(stats.size), ...[uid, gid, mode, ...times].map(u32)])
}

/** No attributes at all, as answers that only name a path have them. */
export const noAttributes = u32(0)

/** Times are unsigned 32 bits: from 1970 to 2106. */
const seconds = (ms: number) => Math.min(Math.max(0, Math.floor(ms / 1000)), 0xffff_ffff)

const KINDS = new Map([
  [0o140000, 's'],
  [0o120000, 'l'],
  [0o100000, '-'],
  [0o060000, 'b'],
  [0o040000, 'd'],
  [0o020000, 'c'],
  [0o010000, 'p'],
])
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** `ls` shows the time of day of what is younger than this, else the year, milliseconds. */
const RECENT_MS = (365 / 2) * 24 * 60 * 60 * 1000

/** A line as `ls -l` writes it. `userName` names users by number. */
export function longName(
  name: Buffer,
  stats: Stats,
  userName: (uid: number) => string,
  nowMs: number,
): Buffer {
  const columns = [
    describeMode(stats.mode),
    String(stats.nlink).padStart(4),
    userName(stats.uid).padEnd(8),
    (stats.gid === 0 ? 'root' : String(stats.gid)).padEnd(8),
    String(stats.size).padStart(8),
    describeTime(stats.mtimeMs, nowMs),
  ]
  return Buffer.concat([Buffer.from(`${columns.join(' ')} `), name])
}

function describeMode(mode: number): string {
  const triple = (shift: number, special: boolean, letter: string) => {
    const may = mode >> shift
    const x = (may & 1) !== 0
    const last = special ? (x ? letter : letter.toUpperCase()) : x ? 'x' : '-'
    return `${may & 4 ? 'r' : '-'}${may & 2 ? 'w' : '-'}${last}`
  }
  const owner = triple(6, (mode & 0o4000) !== 0, 's')
  const group = triple(3, (mode & 0o2000) !== 0, 's')
  return (KINDS.get(mode & 0o170000) ?? '?') + owner + group + triple(0, (mode & 0o1000) !== 0, 't')
}

function describeTime(ms: number, nowMs: number): string {
  const at = new Date(ms)
  const day = `${MONTHS[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)}`
  const isRecent = Math.abs(nowMs - ms) < RECENT_MS
  if (!isRecent) return `${day}  ${at.getUTCFullYear()}`
  const two = (value: number) => String(value).padStart(2, '0')
  return `${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
}
