// Every command that the documentation shows: those that can run are run as a reader would, each page in one shell from top
// to bottom against a real server; of all others the words are asked of `skein` itself. What is shown as output is compared.

import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join, normalize } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { commands } from '../../cli/main.ts'
import { unknownWords } from '../support/docs/cli-words.ts'
import { blocksOf, codeSpans, isShell, shownCommands } from '../support/docs/page.ts'
import { readers } from '../support/docs/reader.ts'
import { simpleCommands } from '../support/docs/shell.ts'
import { exists, read, sources } from '../support/sources.ts'
import type { PageResult } from './run.ts'

const RUN = fileURLToPath(new URL('run.ts', import.meta.url))
/** As reading them is what most of these tests do. */
const pages = sources(/^(README|CONTRIBUTING|SECURITY)\.md$|^docs\/.*\.md$/)
const LANGUAGES = /^(|sh|console|yaml|json|ini|sql)$/

/** What other programs run, named in docs/cli.md as such, or not at all. */
const INTERNAL = new Set(['complete', 'known-hosts'])

const program = commands('', () => undefined)

/** What `skein` does not know of a line, for each command in it. */
function unknownOf(line: string, prose = false): readonly string[] {
  return simpleCommands(line)
    .filter(([name]) => name === 'skein')
    .flatMap(([, ...words]) => unknownWords(program, words, { prose }) ?? [])
}

test('every shell block is run with its page, or says why not and by what it is run', () => {
  const faults = pages.flatMap(({ path, text }) => {
    const isRead = readers.some(({ page }) => page === path)
    return blocksOf(text).flatMap(({ language, line, remark, text: inside }) => {
      const at = `${path}:${line}`
      if (!LANGUAGES.test(language)) return [`${at}: nobody knows the language ${language}`]
      if (!isShell({ language })) {
        return /^(\$ |skein [a-z]|curl |ssh )/m.test(inside)
          ? [`${at}: is that not a shell’s?`]
          : []
      }
      if (remark?.kind !== 'not run') return isRead ? [] : [`${at}: nobody reads this page`]
      const { runBy } = remark
      return runBy === undefined || exists(runBy) ? [] : [`${at}: there is no ${runBy}`]
    })
  })
  assert.deepEqual(faults, [])
})

test('skein knows every command of its own that a block shows', () => {
  const faults = pages.flatMap(({ path, text }) =>
    blocksOf(text)
      .filter(isShell)
      .flatMap(shownCommands)
      .flatMap((shown) => unknownOf(shown.text).map((why) => `${path}:${shown.line}: ${why}`)),
  )
  assert.deepEqual(faults, [])
})

test('a unit of systemd starts skein with words that it knows', () => {
  const starts = pages.flatMap(({ text }) => [...text.matchAll(/^ExecStart=\S+\/bin\.js (.+)$/gm)])
  assert.ok(starts.length > 0)
  const faults = starts.flatMap(([, words]) => unknownOf(`skein ${words}`))
  assert.deepEqual(faults, [])
})

test('skein knows every command of its own that a sentence names', () => {
  const faults = pages.flatMap(({ path, text }) =>
    codeSpans(text)
      .filter((span) => /^(npx )?skein [a-z]/.test(span.text))
      .flatMap((span) =>
        unknownOf(span.text.replaceAll(/[[\]…]/g, ''), true).map(
          (why) => `${path}:${span.line}: ${why}`,
        ),
      ),
  )
  assert.deepEqual(faults, [])
})

test('every command of skein and every option stands in a page', () => {
  const all = pages.map(({ text }) => text).join('\n')
  const missing = (command: Command, path: string): readonly string[] =>
    command.commands
      .filter((inner) => !INTERNAL.has(inner.name()))
      .flatMap((inner) => {
        const words = `${path} ${inner.name()}`
        const isGroup = inner.commands.length > 0 && !all.includes(words)
        return [
          ...(isGroup || all.includes(words) ? [] : [words]),
          ...inner.options
            .filter(({ long }) => long && !all.includes(long))
            .map(({ long }) => `${words} ${long}`),
          ...missing(inner, words),
        ]
      })
  assert.deepEqual(missing(program, 'skein'), [])
})

test('skein knows what its own help, the errors and the pages in the browser tell people to type', () => {
  const told = sources(/^(web\/src\/.*|protocol\/errors)\.tsx?$/)
    .filter(({ isTest }) => !isTest)
    .flatMap(({ path, text }) =>
      [...text.matchAll(/(?<=['"`(])(npx )?skein (?!on )[a-z][^'"`();.]*/g)].map(([line]) => [
        path,
        line,
      ]),
    )
  const faults = [...told, ...examplesOf(program)].flatMap(([where, line = '']) =>
    unknownOf(line, true).map((why) => `${where}: ${line}: ${why}`),
  )
  assert.deepEqual(faults, [])
})

function examplesOf(command: Command): readonly (readonly string[])[] {
  let help = ''
  const writeOut = (text: string) => {
    help += text
  }
  command.configureOutput({ writeOut }).outputHelp()
  const examples = (help.split('\nExamples:\n')[1] ?? '').split('\n')
  return [
    ...examples.map((line) => [command.name(), line]),
    ...command.commands.flatMap((inner) => examplesOf(inner)),
  ]
}

test('every link of a page leads to a page, and to a heading that is there', () => {
  const faults = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^[a-z]+:/.test(link))
      .flatMap((link) => {
        const [file = '', anchor] = link.split('#')
        const target = file === '' ? path : normalize(join(dirname(path), file))
        if (!exists(target)) return [`${path}: there is no ${target}`]
        const isThere = anchor === undefined || anchorsOf(read(target)).includes(anchor)
        return isThere ? [] : [`${path}: ${target} has no heading #${anchor}`]
      }),
  )
  assert.deepEqual(faults, [])
})

/** As GitHub and its likes make them of headings. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

describe('a reader who follows the page', () => {
  const results = new Map<string, PageResult>()
  let runner: ChildProcessByStdio<null, Readable, null>

  before(async () => {
    const argv = ['--net', '--mount', process.execPath, RUN]
    runner = spawn('unshare', argv, { stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of createInterface({ input: runner.stdout })) {
      const result: PageResult = JSON.parse(line)
      results.set(result.page, result)
    }
    if (runner.exitCode === null) await once(runner, 'exit')
  })
  after(() => runner?.kill())

  for (const { page } of readers) {
    test(`${page}: every command does what it says`, (t) => {
      const result = results.get(page)
      assert.ok(result, 'its reader did not come to this page')
      assert.deepEqual(result.faults, [], result.faults.join('\n'))
      t.diagnostic(`${result.ran} commands in ${Math.round(result.tookMs)} ms`)
    })
  }

  test('the server and all that was made for it ended in order', () => {
    assert.equal(runner.exitCode, 0)
  })
})
