// What the keys of the on-screen row type. Pure.

export type RowKey = 'escape' | 'tab' | 'up' | 'down' | 'right' | 'left'

const finals = { up: 'A', down: 'B', right: 'C', left: 'D' } as const

export interface KeyModes {
  /** DECCKM: a program such as vim asked for the other form of the arrows. */
  readonly applicationCursor: boolean
  /** The row's Ctrl is on. */
  readonly control: boolean
}

export function rowKey(key: RowKey, { applicationCursor, control }: KeyModes): string {
  if (key === 'escape') return '\x1b'
  if (key === 'tab') return '\t'
  if (control) return `\x1b[1;5${finals[key]}`
  return `\x1b${applicationCursor ? 'O' : '['}${finals[key]}`
}

/** A typed character with Ctrl held: `c` is 3. What has no such form stays as it is. */
export function withControl(typed: string): string {
  if (typed.length !== 1) return typed
  const upper = typed.toUpperCase()
  if (upper >= '@' && upper <= '_') return String.fromCharCode(upper.charCodeAt(0) - 64)
  if (typed === ' ') return '\0'
  return typed === '?' ? '\x7f' : typed
}
