// What a template's text may hold at all, looked at token by token before a tree is made of it: building trees and
// telling their errors takes time that grows with the square of some texts, and everyone's requests wait meanwhile.

import { Lexer } from 'yaml'
import { MAX_TEMPLATE_CHARS, type TemplateProblem } from '#protocol/api/templates.ts'

/** About 2,000 settings; the largest starter has 300 tokens. A text of so many takes 30 ms at the very worst. */
const MAX_TOKENS = 10_000
/** Brackets within brackets. Compose's own schema goes 6 deep. */
const MAX_DEPTH = 32

/** Why the text is not worth reading, and where. Looked at before anything else. */
export function boundsProblem(source: string): TemplateProblem | undefined {
  if (source.length > MAX_TEMPLATE_CHARS) {
    return { line: 1, column: 1, message: 'The template is too long.' }
  }
  const odd = ODD.exec(source)
  const found = odd === null ? tokensProblem(source) : { ...ODD_PROBLEM, offset: odd.index }
  if (found === undefined) return undefined
  const before = source.slice(0, found.offset).split('\n')
  const column = (before.at(-1)?.length ?? 0) + 1
  return { line: before.length, column, message: found.message }
}

/** Control characters other than tabs and ends of lines, halves of characters, and what stands for bytes that were none. */
const ODD = /[^\P{Cc}\t\n\r\x85]|[\uD800-\uDFFF]|\uFFFD/u
const ODD_PROBLEM = { message: 'Here is a character that no text has; is the file UTF-8?' }

/** Up to which character it was looked at. */
function tokensProblem(source: string): { message: string; offset: number } | undefined {
  let tokens = 0
  let depth = 0
  let offset = 0
  for (const token of new Lexer().lex(source)) {
    if (token === '[' || token === '{') depth++
    else if (token === ']' || token === '}') depth--
    if (depth > MAX_DEPTH) return { message: 'The brackets are nested too deeply.', offset }
    if (++tokens > MAX_TOKENS) return { message: 'The template has too many parts.', offset }
    if (!isMark(token)) offset += token.length
  }
  return undefined
}

/** The lexer's own marks for the begin of a document, of a scalar and of an error; they stand for no character. */
const isMark = (token: string): boolean => '\u{02}\u{18}\u{1f}'.includes(token)
