// Runs the commands of the pages named as arguments, or of all, each page in one shell from top to bottom, against a real
// server. Prints one line of JSON a page. It is started by `unshare --net --mount`; see tests/support/docs/machine.ts.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { missingLine } from '../support/docs/output.ts'
import {
  type Block,
  blocksOf,
  isShell,
  type ShownCommand,
  shownCommands,
} from '../support/docs/page.ts'
import { type Reader, readers } from '../support/docs/reader.ts'
import { ShellSession } from '../support/docs/session.ts'
import { ROOT, Stage, URL_OF_PAGES } from '../support/docs/stage.ts'

/** Commands that stay until somebody ends them, and what they say when they are ready. */
const STAYING: readonly (readonly [RegExp, RegExp])[] = [
  [/^skein port /, /127\.0\.0\.1:\d+/],
  [/^npm .*start /, /\/setup#token=\S+\n/],
]

export interface PageResult {
  readonly page: string
  readonly ran: number
  readonly tookMs: number
  readonly faults: readonly string[]
}

async function runPage(stage: Stage, reader: Reader): Promise<PageResult> {
  const beganMs = performance.now()
  stage.freshHome()
  await stage.haveSpaces(reader.spaces ?? [])
  for (const [path, text] of Object.entries(reader.files ?? {})) stage.write(path, text)
  const { home } = stage.machine
  const session = new ShellSession({ ...stage.env, SKEIN_TOKEN: stage.token }, home)
  const own = reader.own?.({ root: ROOT, home, first: stage.first }) ?? []
  const faults: string[] = []
  let ran = 0
  try {
    await prepare(session, reader)
    for (const block of blocksOf(readFileSync(join(ROOT, reader.page), 'utf8'))) {
      if (block.remark?.kind === 'file') stage.write(block.remark.path, `${block.text}\n`)
      for (const command of runnable(block)) {
        ran += 1
        const fault = await faultOf(stage, session, filledIn(command, own))
        if (fault !== undefined) faults.push(`${reader.page}:${command.line}: ${fault}`)
      }
    }
  } catch (error) {
    faults.push(`${reader.page}: ${String(error)}`)
  } finally {
    await session.close()
  }
  return { page: reader.page, ran, tookMs: performance.now() - beganMs, faults }
}

const runnable = (block: Block): readonly ShownCommand[] =>
  isShell(block) && block.remark === undefined ? shownCommands(block) : []

type Own = ReturnType<NonNullable<Reader['own']>>

function filledIn({ line, text, output }: ShownCommand, own: Own): ShownCommand {
  const fill = (words: string) =>
    own.reduce((filled, [shown, real]) => filled.replaceAll(shown, real), words)
  return { line, text: fill(text), output: output?.map(fill) }
}

const LOGIN = `skein login ${URL_OF_PAGES} --token - <<< "$SKEIN_TOKEN"`

async function prepare(session: ShellSession, reader: Reader): Promise<void> {
  const { before, inSpaces, isSignedIn, spaces = [] } = reader
  const commands = [
    ...(isSignedIn ? [LOGIN] : []),
    ...(before === undefined ? [] : [before]),
    ...(inSpaces === undefined ? [] : spaces.map((name) => inSpace(name, inSpaces))),
  ]
  for (const command of commands) {
    const { status, output } = await session.run(command)
    if (status !== 0) throw new Error(`before: \`${command}\` ended with ${status}:\n${output}`)
  }
}

const inSpace = (space: string, script: string): string =>
  `SKEIN_URL=${URL_OF_PAGES} skein exec ${space} -- sh -ec ${quoted(script)}`

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

async function faultOf(
  stage: Stage,
  session: ShellSession,
  { text, output }: ShownCommand,
): Promise<string | undefined> {
  const [, ready] = STAYING.find(([staying]) => staying.test(text)) ?? []
  const said = ready ? await session.begin(text, ready) : await session.run(text, approving(stage))
  if (said.status !== 0) return `\`${text}\` ended with ${said.status}:\n${said.output}`
  const missing = output && missingLine(output, said.output)
  return missing === undefined ? undefined : `\`${text}\` did not say “${missing}”:\n${said.output}`
}

/** The reader looks at the page that a login names, once. */
function approving(stage: Stage): (text: string) => void {
  let seen = false
  return (text) => {
    const id = /\/cli\/approve#([\w-]+)\s/.exec(text)?.[1]
    if (seen || id === undefined) return
    seen = true
    stage.approve(id).catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
  }
}

const wanted = process.argv.slice(2)
const stage = await Stage.open()
try {
  for (const reader of readers) {
    if (wanted.length > 0 && !wanted.includes(reader.page)) continue
    process.stdout.write(`${JSON.stringify(await runPage(stage, reader))}\n`)
  }
} finally {
  await stage.close()
}
