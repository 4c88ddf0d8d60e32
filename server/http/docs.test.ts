// The page of errors says what is so (tests/tidy.test.ts looks after the other pages). After a change of the table, write it again with
// SKEIN_WRITE_DOCS=1 node --test server/http/docs.test.ts

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { errorTable } from '#protocol/errors.ts'

const page = new URL('../../docs/errors.md', import.meta.url)

test('docs/errors.md lists every code as it is', async () => {
  const expected = errorsPage()
  if (process.env.SKEIN_WRITE_DOCS) await writeFile(page, expected)
  // Not `equal`: its message would be both pages in full.
  assert.ok(
    (await readFile(page, 'utf8')) === expected,
    'write docs/errors.md again, as said above',
  )
})

function errorsPage(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { status, sentence, hint }]) => `| \`${code}\` | ${status} | ${sentence} | ${hint} |`,
  )
  return `# Errors

Every expected failure has one of these codes, in HTTP answers, in the end of a stream and in logs. Words in braces are filled in from the error's
details. This page is written from \`protocol/errors.ts\`; \`server/http/docs.test.ts\` says how.

| Code | HTTP | What happened | What to do |
|---|---|---|---|
${rows.join('\n')}
`
}
