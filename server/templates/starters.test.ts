import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { parseTemplate } from './parse.ts'
import { starters } from './starters.ts'

const page = readFileSync(new URL('../../docs/templates.md', import.meta.url), 'utf8')

it('the example of the documentation is a template', () => {
  const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? []
  assert.deepEqual(parseTemplate(example).problems, undefined)
})

it('the documentation lists the starters in their order', () => {
  const names = [...page.slice(page.indexOf('## Starters')).matchAll(/^\| ([A-Z][^|]+?) \| `/gm)]
  assert.deepEqual(
    names.map((match) => match[1]),
    starters().map(({ name }) => name),
  )
})
