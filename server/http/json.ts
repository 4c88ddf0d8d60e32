// JSON from strangers. `JSON.parse` admits things that later code does not expect: numbers that become Infinity,
// strings that no encoder can write again, keys that reach a prototype, nesting that overflows a recursive walk.

import { SkeinError } from '#protocol/errors.ts'

/** No request of ours nests deeper than four. */
export const MAX_JSON_DEPTH = 32

const decoder = new TextDecoder('utf-8', { fatal: true })

/** The parsed value. Throws `bad_request` that says what is wrong. */
export function parseJson(bytes: Uint8Array): unknown {
  const value = parse(bytes)
  const pending: { value: unknown; depth: number }[] = [{ value, depth: 0 }]
  for (let next = pending.pop(); next; next = pending.pop()) {
    assertScalar(next.value)
    if (typeof next.value !== 'object' || next.value === null) continue
    if (next.depth >= MAX_JSON_DEPTH) throw bad(`it nests deeper than ${MAX_JSON_DEPTH}`)
    for (const [key, child] of Object.entries(next.value)) {
      if (key === '__proto__') throw bad('it has a key __proto__')
      assertScalar(key)
      pending.push({ value: child, depth: next.depth + 1 })
    }
  }
  return value
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes))
  } catch (cause) {
    throw bad('the body is not JSON in UTF-8', cause)
  }
}

function assertScalar(value: unknown): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw bad('a number is out of range')
  if (typeof value === 'string' && !value.isWellFormed()) throw bad('a string is not well formed')
}

const bad = (reason: string, cause?: unknown): SkeinError =>
  new SkeinError('bad_request', { reason }, cause)
