// A page of the documentation as the test of its commands reads it: fenced blocks, the remark before each, the commands
// and what is shown below them. Pure; `session.ts` runs what comes out.

import { commandsOf } from './shell.ts'

/** What an HTML comment right before a block says of it; readers of the page do not see it. */
export type Remark =
  /** Why its commands cannot run in the test, and where they do. */
  | { readonly kind: 'not run'; readonly reason: string; readonly runBy: string | undefined }
  /** The block is the content of this file, `~/` being the reader's home folder. */
  | { readonly kind: 'file'; readonly path: string }

export interface Block {
  readonly language: string
  /** Of its first line of text, from 1. */
  readonly line: number
  readonly text: string
  readonly remark: Remark | undefined
}

export interface ShownCommand {
  readonly line: number
  readonly text: string
  /** Lines that the page shows as its output; undefined where it shows none. */
  readonly output: readonly string[] | undefined
}

const FENCE = /^( *)```(.*)$/
const COMMENT = /^<!-- (.+) -->$/
const NOT_RUN = /^not run: (.+?)\.? Run (?:by (\S+)|nowhere)$/
const FILE = /^file: (\S+)$/

/** @throws Error for a remark that says neither, and for a block without an end. */
export function blocksOf(markdown: string): readonly Block[] {
  const lines = markdown.split('\n')
  const blocks: Block[] = []
  let remark: Remark | undefined
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? ''
    const fence = FENCE.exec(line)
    if (fence) {
      const end = lines.findIndex((one, at) => at > i && one.trim() === '```')
      if (end < 0) throw new Error(`line ${i + 1}: the block has no end`)
      const [, indent = '', language = ''] = fence
      const text = lines.slice(i + 1, end).map((one) => one.slice(indent.length))
      blocks.push({ language, line: i + 2, text: text.join('\n'), remark })
      i = end
      remark = undefined
    } else if (line.trim() !== '') {
      remark = remarkOf(line.trim(), i + 1)
    }
  }
  return blocks
}

function remarkOf(line: string, number: number): Remark | undefined {
  const words = COMMENT.exec(line)?.[1]
  if (words === undefined) return undefined
  const path = FILE.exec(words)?.[1]
  if (path !== undefined) return { kind: 'file', path }
  const notRun = NOT_RUN.exec(words)
  if (notRun) return { kind: 'not run', reason: notRun[1] ?? '', runBy: notRun[2] }
  if (/^(not run|file)\b/.test(words)) {
    throw new Error(
      `line ${number}: “not run: REASON. Run by FILE” (or “Run nowhere”), or “file: PATH”`,
    )
  }
  return undefined
}

export const isShell = ({ language }: Pick<Block, 'language'>): boolean =>
  language === 'sh' || language === 'console'

/** The commands of a shell block: of `console` the lines behind a `$`, with what is shown below them. */
export function shownCommands(block: Block): readonly ShownCommand[] {
  if (block.language === 'sh') {
    return commandsOf(block.text).map(({ line, text }) => ({
      line: block.line + line,
      text,
      output: undefined,
    }))
  }
  const found: { line: number; text: string; output: string[] }[] = []
  for (const [i, line] of block.text.split('\n').entries()) {
    const last = found.at(-1)
    if (line.startsWith('$ ')) found.push({ line: block.line + i, text: line.slice(2), output: [] })
    else if (line.startsWith('> ') && last?.output.length === 0) last.text += `\n${line.slice(2)}`
    else last?.output.push(line)
  }
  return found.map(({ output, ...one }) => ({
    ...one,
    output: output.some((line) => line.trim() !== '') ? output : undefined,
  }))
}

/** Code between single backticks, outside of blocks, with its line. */
export function codeSpans(markdown: string): readonly { line: number; text: string }[] {
  let isInBlock = false
  return markdown.split('\n').flatMap((line, i) => {
    if (FENCE.test(line)) isInBlock = !isInBlock
    if (isInBlock) return []
    return [...line.matchAll(/`([^`]+)`/g)].map(([, text = '']) => ({ line: i + 1, text }))
  })
}
