// How a problem is mended whose author knows what was meant. Pure.

import type { TemplateProblem } from '#protocol/api/templates.ts'
import { offsetOf } from '../editor-text.ts'

export interface Replacement {
  readonly from: number
  readonly to: number
  readonly insert: string
}

/** The first such word from the problem on; nothing where it is not there any more. */
export function fixed(source: string, problem: TemplateProblem): Replacement | undefined {
  const { line, column, fix } = problem
  if (!fix || fix.word === '') return undefined
  const from = source.indexOf(fix.word, offsetOf(source, line, column))
  return from === -1 ? undefined : { from, to: from + fix.word.length, insert: fix.by }
}

export function mendText(source: string, problem: TemplateProblem): string {
  const change = fixed(source, problem)
  if (!change) return source
  return source.slice(0, change.from) + change.insert + source.slice(change.to)
}
