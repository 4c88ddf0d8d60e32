// The reference of the template language says what is so. After a change of the tables, write it again with
// SKEIN_WRITE_DOCS=1 node --test server/templates/docs.test.ts

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { parseTemplate } from './parse.ts'
import { referencePage } from './reference.ts'
import { templateSchema } from './schema.ts'

const page = new URL('../../docs/templates.md', import.meta.url)
const BEGIN = '<!-- Written from server/templates; docs.test.ts there says how. -->'

test('docs/templates.md lists every word of the language as it is', async () => {
  const written = await readFile(page, 'utf8')
  const [before = ''] = written.split(BEGIN)
  const expected = `${before}${BEGIN}\n\n${referencePage()}\n`
  if (process.env.SKEIN_WRITE_DOCS) await writeFile(page, expected)
  // Not `equal`: its message would be both pages in full.
  assert.ok(written === expected || process.env.SKEIN_WRITE_DOCS, 'write it again, as said above')
})

test('every example of docs/templates.md is a template, or what it leaves out makes it one', async () => {
  const blocks = [...(await readFile(page, 'utf8')).matchAll(/^```yaml\n(.*?)^```/gms)]
  assert.ok(blocks.length >= 5)
  for (const [, text = ''] of blocks) {
    const head = /^name:/m.test(text) ? '' : 'name: Example\n'
    const services = /^services:/m.test(text) ? '' : 'services: { main: { image: debian } }\n'
    assert.deepEqual(parseTemplate(head + text + services).problems ?? [], [], text)
  }
})

test('the schema is JSON, describes every word, and knows what is refused', () => {
  const schema = JSON.parse(JSON.stringify(templateSchema())) as {
    properties: Record<string, { description: string }>
  }
  for (const [word, { description }] of Object.entries(schema.properties)) {
    assert.ok(description.length > 10, word)
  }
  const text = JSON.stringify(schema)
  for (const word of ['mem_limit', 'privileged', 'x-refused', 'env_file', 'shutdown', 'when']) {
    assert.ok(text.includes(`"${word}"`), word)
  }
})
