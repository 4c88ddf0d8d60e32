// As much of the shell's grammar as finding commands takes: where a command of a script ends, and what the words of
// its simple commands are. Nothing is expanded. Pure.

export interface ScriptCommand {
  /** From 0, within the script. */
  readonly line: number
  readonly text: string
}

interface Token {
  readonly kind: 'word' | 'operator' | 'newline'
  /** Without the quotes around it. */
  readonly value: string
  readonly start: number
  readonly end: number
}

const OPERATORS = /^(?:&&|\|\||;;|<<<|>>|<<|>&|<&|&>|[|&;<>()])/
const OPENS = new Set(['for', 'while', 'until', 'if', 'case', '{'])
const CLOSES = new Set(['done', 'fi', 'esac', '}'])
/** After these the next word is a command again. */
const PREFIXES = new Set(['do', 'then', 'else', 'elif', 'while', 'until', 'if', '{', '!'])
const RUNNERS = new Set(['npx', 'exec', 'sudo', 'time', 'nohup', '.'])

/** A script's commands in turn, each whole: with its continued lines and as far as its loops and quotes go. */
export function commandsOf(script: string): readonly ScriptCommand[] {
  const found: ScriptCommand[] = []
  let first: Token | undefined
  let last: Token | undefined
  let depth = 0
  let isCommandNext = true
  const settle = (): void => {
    if (first && last) {
      const line = script.slice(0, first.start).split('\n').length - 1
      found.push({ line, text: script.slice(first.start, last.end) })
    }
    first = last = undefined
    isCommandNext = true
  }
  for (const token of tokensOf(script)) {
    if (token.kind === 'newline') {
      const goesOn = last !== undefined && ['|', '&&', '||'].includes(last.value)
      if (depth === 0 && !goesOn) settle()
      isCommandNext = true
      continue
    }
    first ??= token
    last = token
    if (token.kind === 'operator') {
      if (token.value === '(') depth += 1
      if (token.value === ')') depth -= 1
      isCommandNext = !/[<>]/.test(token.value)
    } else {
      if (isCommandNext && OPENS.has(token.value)) depth += 1
      if (isCommandNext && CLOSES.has(token.value)) depth -= 1
      isCommandNext = isCommandNext && PREFIXES.has(token.value)
    }
  }
  settle()
  return found
}

/** The words of every simple command of a script, those of substitutions `$(…)` too; redirections are left out. */
export function simpleCommands(script: string): readonly (readonly string[])[] {
  const found: string[][] = [[]]
  let isTarget = false
  let ended = 0
  for (const { kind, value, start, end } of tokensOf(script)) {
    const words = found.at(-1) ?? []
    // The number in `2>file` is no word of the command.
    if (/^[<>]/.test(value) && start === ended && /^\d$/.test(words.at(-1) ?? '')) words.pop()
    ended = end
    if (kind === 'word') {
      const isStart = words.length === 0
      if (!isTarget && !(isStart && isSkipped(value))) words.push(value)
      isTarget = false
      for (const inner of substitutions(script.slice(start, end))) {
        found.splice(-1, 0, ...simpleCommands(inner).map((one) => [...one]))
      }
    } else {
      isTarget = /[<>]/.test(value)
      if (!isTarget) found.push([])
    }
  }
  return found.filter((words) => words.length > 0)
}

const isSkipped = (word: string): boolean =>
  /^\w+=/.test(word) || PREFIXES.has(word) || RUNNERS.has(word)

/** What stands in `$(…)` in a word. */
function substitutions(word: string): readonly string[] {
  const found: string[] = []
  for (let at = word.indexOf('$('); at >= 0; at = word.indexOf('$(', at)) {
    const end = endOfParentheses(word, at + 2)
    found.push(word.slice(at + 2, end - 1))
    at = end
  }
  return found
}

function* tokensOf(script: string): Generator<Token> {
  let at = 0
  while (at < script.length) {
    const char = script[at] ?? ''
    const operator = OPERATORS.exec(script.slice(at, at + 3))?.[0]
    if (char === '\n') yield { kind: 'newline', value: char, start: at, end: ++at }
    else if (/\s/.test(char)) at += 1
    else if (script.startsWith('\\\n', at)) at += 2
    else if (char === '#') at = endOfLine(script, at)
    else if (operator !== undefined && !script.startsWith('<(', at)) {
      yield { kind: 'operator', value: operator, start: at, end: at + operator.length }
      at += operator.length
    } else {
      const end = endOfWord(script, at)
      const value = script.slice(at, end).replace(/\\(.)/g, '$1').replace(/["']/g, '')
      yield { kind: 'word', value, start: at, end }
      at = end
    }
  }
}

const endOfLine = (text: string, at: number): number => {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

function endOfWord(text: string, start: number): number {
  let at = start
  while (at < text.length) {
    const char = text[at] ?? ''
    if (char === '\\') at += 2
    else if (char === "'" || char === '"') at = endOfQuote(text, at)
    else if (text.startsWith('$(', at) || text.startsWith('<(', at))
      at = endOfParentheses(text, at + 2)
    else if (/[\s|&;<>()]/.test(char)) return at
    else at += 1
  }
  return Math.min(at, text.length)
}

function endOfQuote(text: string, start: number): number {
  const quote = text[start]
  let at = start + 1
  while (at < text.length && text[at] !== quote) {
    if (quote === '"' && text.startsWith('$(', at)) at = endOfParentheses(text, at + 2)
    else at += quote === '"' && text[at] === '\\' ? 2 : 1
  }
  return Math.min(at + 1, text.length)
}

/** After the parenthesis that closes the one that was opened before `start`. */
function endOfParentheses(text: string, start: number): number {
  let depth = 1
  let at = start
  while (at < text.length && depth > 0) {
    const char = text[at]
    if (char === "'" || char === '"') at = endOfQuote(text, at)
    else {
      if (char === '(') depth += 1
      if (char === ')') depth -= 1
      at += 1
    }
  }
  return at
}
