// What is written for readers says what is so. After a change of the table of errors, write its page again with
// SKEIN_WRITE_DOCS=1 node --test server/http/docs.test.ts

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { errorTable } from '#protocol/errors.ts'
import { routes } from './routes.ts'

const page = (name: string): URL => new URL(`../../docs/${name}`, import.meta.url)

test('docs/errors.md lists every code as it is', async () => {
  const expected = errorsPage()
  if (process.env.SKEIN_WRITE_DOCS) await writeFile(page('errors.md'), expected)
  assert.equal(await readFile(page('errors.md'), 'utf8'), expected)
})

test('docs/api.md lists every route and no other', async () => {
  const text = await readFile(page('api.md'), 'utf8')
  const listed = [...text.matchAll(/^\| `([A-Z]+ \/\S*)`/gm)].map(([, route]) => route)
  const named = routes.map(({ method, path }) => `${method} ${path}`)
  assert.deepEqual(listed.toSorted(), named.toSorted())
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
