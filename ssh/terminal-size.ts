// The size of a client's terminal, within what a terminal of a space can be. A client without a window says 0 by 0.

import type { PacketReader } from './packet.ts'

export interface TerminalSize {
  readonly cols: number
  readonly rows: number
}

const DEFAULT = { cols: 80, rows: 24 }
const MOST = { cols: 1000, rows: 500 }
const TERM = /^[\w.+-]{1,64}$/

/** Reads columns, rows and their pixels, which nobody needs. */
export function readSize(body: PacketReader): TerminalSize {
  const cols = body.number()
  const rows = body.number()
  body.number()
  body.number()
  return {
    cols: Math.min(MOST.cols, Math.max(2, cols || DEFAULT.cols)),
    rows: Math.min(MOST.rows, rows || DEFAULT.rows),
  }
}

export function readTerm(text: string): string {
  return TERM.test(text) ? text : 'xterm-256color'
}
