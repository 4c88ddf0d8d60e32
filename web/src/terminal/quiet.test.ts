import assert from 'node:assert/strict'
import { test } from 'node:test'
import headless from '@xterm/headless'
import type { IParser } from '@xterm/xterm'
import { keepQuiet } from './quiet.ts'

/** What programs ask of a terminal; xterm answers all of it by itself. */
const questions: Record<string, string> = {
  DA1: '\x1b[c',
  DA2: '\x1b[>c',
  DA3: '\x1b[=c',
  DECID: '\x1bZ',
  'DSR of the cursor': '\x1b[6n',
  'DSR of the state': '\x1b[5n',
  'DSR of the cursor, DEC': '\x1b[?6n',
  'DECRQM of a mode': '\x1b[4$p',
  'DECRQM of a DEC mode': '\x1b[?2004$p',
  'DECRQSS of the scroll region': '\x1bP$qr\x1b\\',
  'DECRQSS of the attributes': '\x1bP$qm\x1b\\',
  'the foreground': '\x1b]10;?\x07',
  'the background': '\x1b]11;?\x1b\\',
  'the cursor’s colour': '\x1b]12;?\x07',
  'a colour of the palette': '\x1b]4;1;?\x07',
  XTVERSION: '\x1b[>q',
  'the size of the window': '\x1b[18t',
  'the title': '\x1b[21t',
}

async function answers(text: string, isQuiet: boolean): Promise<string> {
  const terminal = new headless.Terminal({ allowProposedApi: true, cols: 80, rows: 24 })
  let said = ''
  terminal.onData((data) => {
    said += data
  })
  if (isQuiet) keepQuiet(terminal.parser as unknown as IParser)
  await new Promise<void>((resolve) => terminal.write(text, resolve))
  terminal.dispose()
  return said
}

for (const [what, question] of Object.entries(questions)) {
  test(`a viewer that draws a question for ${what} answers nothing`, async () => {
    assert.equal(await answers(question, true), '')
  })
}

test('without that xterm would type its answers into the shell', async () => {
  assert.notEqual(await answers(questions.DA1 ?? '', false), '')
})
