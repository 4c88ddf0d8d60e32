// What a template's text may hold at all, looked at token by token before a tree is made of it: building trees and
// telling their errors takes time that grows with the square of some texts, and everyone's requests wait meanwhile.

import { Lexer } from 'yaml'

/** About 2,000 settings; the largest starter has 300 tokens. A text of so many takes 30 ms at the very worst. */
const MAX_TOKENS = 10_000
/** Brackets within brackets. Compose's own schema goes 6 deep. */
const MAX_DEPTH = 32

/** Why the text is not worth reading further, and up to which character it was looked at. */
export function boundsProblem(source: string): { message: string; offset: number } | undefined {
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
