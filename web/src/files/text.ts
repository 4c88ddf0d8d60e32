// What a file's bytes are as text, and back. Pure.

/** What the editor opens, bytes. */
export const MAX_TEXT_BYTES = 1024 * 1024

export interface TextFile {
  readonly text: string
  /** What ends its lines; `\n` where they differ, so that each keeps its own. */
  readonly lineEnd: '\n' | '\r\n'
}

/** Undefined for what would not come back as the same bytes. */
export function decodeText(bytes: Uint8Array<ArrayBuffer>): TextFile | undefined {
  if (bytes.includes(0)) return undefined
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return { text, lineEnd: lineEndOf(text) }
  } catch {
    return undefined
  }
}

function lineEndOf(text: string): '\n' | '\r\n' {
  const ends = text.match(/\r\n|\r|\n/g) ?? []
  return ends.length > 0 && ends.every((end) => end === '\r\n') ? '\r\n' : '\n'
}

const pictures: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
  ico: 'image/x-icon',
}

/** By its name: the picture is only ever drawn by an `img`, which runs nothing. */
export const pictureType = (name: string): string | undefined =>
  pictures[name.split('.').at(-1)?.toLowerCase() ?? '']
