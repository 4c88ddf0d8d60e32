// The two ends of `skein cp`: a path on this machine, or `SPACE:path` in a space. Pure.

import { SkeinError } from '#protocol/errors.ts'

/** A space as `OWNER+NAME` and not `OWNER/NAME`: that one is a path. */
export type Place =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'space'; readonly space: string; readonly path: string }

/** As scp has it: what has a slash before its first colon is a path of this machine's. */
const IN_SPACE = /^((?:[a-z0-9-]+\+)?[a-z0-9-]+):(.*)$/s

export function parsePlace(text: string): Place {
  const [, space, path] = IN_SPACE.exec(text) ?? []
  if (space === undefined) return { kind: 'local', path: text }
  // Nothing after the colon is the home folder, to which relative paths belong.
  return { kind: 'space', space, path: path || '.' }
}

export interface Copy {
  readonly way: 'up' | 'down'
  readonly local: string
  readonly space: string
  readonly path: string
}

/** Throws `bad_request` unless exactly one end is in a space. */
export function parseCopy(from: string, to: string): Copy {
  const [a, b] = [parsePlace(from), parsePlace(to)]
  if (a.kind === 'local' && b.kind === 'space') {
    return { way: 'up', local: a.path, space: b.space, path: b.path }
  }
  if (a.kind === 'space' && b.kind === 'local') {
    return { way: 'down', local: b.path, space: a.space, path: a.path }
  }
  const reason =
    'one of the two must be NAME:PATH or OWNER+NAME:PATH, and the other a path here (./ before a name with a colon)'
  throw new SkeinError('bad_request', { reason })
}

/** The last name of a path; undefined for `.`, `..`, `/` and the like, which name a folder and not a thing in one. */
export function nameIn(path: string): string | undefined {
  const name = path.split('/').findLast((part) => part !== '')
  return name === undefined || name === '.' || name === '..' || name === '~' ? undefined : name
}

/** `name` in the folder `path`. */
export const inFolder = (path: string, name: string): string =>
  path.endsWith('/') ? `${path}${name}` : `${path}/${name}`
