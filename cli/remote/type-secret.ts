// A secret from a terminal: asked for, typed without being seen, and the terminal left as it was.

import { StringDecoder } from 'node:string_decoder'
import type { ReadStream } from 'node:tty'
import { SkeinError } from '#protocol/errors.ts'
import { PASTE_OFF, PASTE_ON, SecretLine } from './secret-line.ts'

/** What a shell says of a program that Ctrl-C has ended. */
export const CANCELLED = 130

interface Ask {
  readonly prompt: string
  readonly maxChars: number
}

/** Undefined when it was cancelled, or the terminal went away. Rejects with `too_large`. */
export async function typeSecret(
  input: ReadStream,
  say: (text: string) => void,
  { prompt, maxChars }: Ask,
): Promise<string | undefined> {
  // Before the question: whoever answers quickly is not seen either.
  input.setRawMode(true)
  say(`${prompt}${PASTE_ON}`)
  try {
    return await read(input, maxChars)
  } finally {
    input.setRawMode(false)
    input.pause()
    say(`${PASTE_OFF}\n`)
  }
}

async function read(input: ReadStream, maxChars: number): Promise<string | undefined> {
  const decoder = new StringDecoder('utf8')
  const line = new SecretLine()
  for await (const piece of input.iterator({ destroyOnReturn: false })) {
    const state = line.feed(decoder.write(piece as Buffer))
    if (line.text.length > maxChars) {
      throw new SkeinError('too_large', { thing: 'secret', limit: `${maxChars} characters` })
    }
    if (state === 'cancelled') return undefined
    if (state === 'done') return line.text
  }
  return undefined
}
