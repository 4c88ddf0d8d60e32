// A template's text from a file or, as `-`, from standard input.

import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { MAX_TEMPLATE_CHARS } from '#protocol/api/templates.ts'
import { SkeinError } from '#protocol/errors.ts'

/** Rejects with `bad_request` that says why and, for bytes that are no text, on which line. */
export async function readTemplateFile(path: string): Promise<string> {
  const bytes = await read(path)
  // Four bytes a character at the most.
  if (bytes.length > 4 * MAX_TEMPLATE_CHARS) {
    throw new SkeinError('too_large', {
      thing: 'file',
      limit: `${MAX_TEMPLATE_CHARS} characters`,
    })
  }
  return decodeText(bytes, path)
}

/** Throws `bad_request` for what is not UTF-8. */
export function decodeText(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const readable = new TextDecoder().decode(bytes)
    const line = readable.slice(0, readable.indexOf('\uFFFD')).split('\n').length
    throw new SkeinError('bad_request', { reason: `${path}:${line} is not UTF-8` })
  }
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return path === '-' ? await buffer(process.stdin) : await readFile(path)
  } catch (error) {
    const reason = `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`
    throw new SkeinError('bad_request', { reason }, error)
  }
}
