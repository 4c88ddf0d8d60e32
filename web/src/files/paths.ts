// Paths and names of files in the space: taken apart, put together, and shown. Pure.

import type { FileEntry } from '#protocol/api/files.ts'

export interface Crumb {
  readonly name: string
  readonly path: string
}

export const joinPath = (folder: string, name: string): string =>
  folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`

export function parentOf(path: string): string {
  const at = path.lastIndexOf('/')
  return at <= 0 ? '/' : path.slice(0, at)
}

export const nameOf = (path: string): string => path.split('/').findLast(Boolean) ?? '/'

/** From the root down to the folder itself. */
export function crumbsOf(path: string): readonly Crumb[] {
  const names = path.split('/').filter(Boolean)
  const crumbs = names.map((name, index) => ({
    name,
    path: `/${names.slice(0, index + 1).join('/')}`,
  }))
  return [{ name: '/', path: '/' }, ...crumbs]
}

/** What was typed as a path, from the folder one is in; `undefined` is the home folder. */
export function typedPath(typed: string, folder: string): string | undefined {
  const text = typed.trim()
  if (text === '' || text === '~' || text === '~/') return undefined
  // The agent takes relative paths from the home folder.
  if (text.startsWith('~/')) return text.slice(2)
  return normalize(text.startsWith('/') ? text : joinPath(folder, text))
}

/** Without `.` and `..`, as the kernel would read it where there are no links. */
export function normalize(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** `notes (2).txt` for `notes.txt`, with the first number that is free. */
export function freshName(name: string, isTaken: (name: string) => boolean): string {
  const dot = name.lastIndexOf('.')
  const stem = dot > 0 ? name.slice(0, dot) : name
  const extension = dot > 0 ? name.slice(dot) : ''
  for (let number = 2; ; number++) {
    const fresh = `${stem} (${number})${extension}`
    if (!isTaken(fresh)) return fresh
  }
}

const LAST_CONTROL = 0x1f
const DELETE = 0x7f
const BYTE_BASE = 0xef00

/** A name as it can be read: bytes that are no text, line ends and the like are written out. */
export function shownName(name: string): string {
  return [...name]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0
      if (code <= LAST_CONTROL || code === DELETE) return `\\x${code.toString(16).padStart(2, '0')}`
      const isByte = code >= BYTE_BASE + 0x80 && code <= BYTE_BASE + 0xff
      return isByte ? `\\x${(code - BYTE_BASE).toString(16)}` : character
    })
    .join('')
}

/** Whether Enter goes into it: a folder, or a link to one. */
export const isFolder = ({ kind, leads }: Pick<FileEntry, 'kind' | 'leads'>): boolean =>
  kind === 'folder' || (kind === 'link' && leads === 'folder')

export const isHidden = ({ name }: Pick<FileEntry, 'name'>): boolean => name.startsWith('.')

/** `drwxr-xr-x` */
export function modeText({ kind, mode }: Pick<FileEntry, 'kind' | 'mode'>): string {
  const letter = { file: '-', folder: 'd', link: 'l', other: '?' }[kind]
  const bits = [6, 3, 0].map((shift) => {
    const three = (mode >> shift) & 7
    return `${three & 4 ? 'r' : '-'}${three & 2 ? 'w' : '-'}${three & 1 ? 'x' : '-'}`
  })
  return letter + bits.join('')
}
