import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseTemplate } from './parse.ts'
import { fill, parseText, type Scope } from './text.ts'

const scope: Scope = {
  space: { id: 's1', name: 'My Box' },
  user: { username: 'ada', name: 'Ada L.' },
  server: { url: 'https://skein.example' },
  param: { tags: ['a', 'b'], memory: 3 * 1024 ** 3, text: ' Hi\n"you" ', empty: '', on: true },
  vars: { REGION: 'eu' },
  secrets: { TOKEN: 'hunter22' },
}

const filled = (inner: string) => fill(parseText(`<$\{{ ${inner} }}>`), scope)

for (const [inner, expected] of [
  ['space.name | slug', 'my-box'],
  ['space.name|upper', 'MY BOX'],
  ['user.name | lower', 'ada l.'],
  ['param.tags', 'a,b'],
  ["param.tags | join ' + '", 'a + b'],
  ['param.tags | json', '["a","b"]'],
  ['param.text | trim | json', '"Hi\\n\\"you\\""'],
  ['param.memory | mb', '3072'],
  ['param.on', 'true'],
  ['param.empty | default none', 'none'],
  ["param.nothing | default 'a | b' | upper", 'A | B'],
  ['param.nothing | mb', ''],
  ['secret.TOKEN | base64', 'aHVudGVyMjI='],
  ['var.REGION', 'eu'],
  ["var.MISSING | default ''", ''],
  ['server.url', 'https://skein.example'],
  ['constructor', ''],
  ['param.__proto__', ''],
  ['var.toString', ''],
] as const) {
  it(`${inner} is worth ${expected || 'nothing'}`, () =>
    assert.equal(filled(inner), `<${expected}>`))
}

function firstProblem(inner: string) {
  const source = `name: T\nparameters: {colour: {}}\nservices:\n  main:\n    image: x\n    hostname: "$\{{ ${inner} }}"\n`
  return parseTemplate(source).problems?.[0]
}

for (const [inner, message, hint] of [
  ['param.color', /nothing called “param.color”/, /“param.colour”/],
  ['space.nme', /nothing called/, /“space.name”/],
  ['param.colour | lowr', /no filter “lowr”/, /“lower”/],
  ['param.colour | default', /needs a value/, /default 'value'/],
  ['param.colour | lower x', /takes no value/, /lower alone/],
  ['param.colour | ;rm', /is not a filter/, /Filters:/],
  [`param.colour${' | lower'.repeat(9)}`, /too many filters/, /Filters:/],
  ['secret.TOKEN', /secret cannot be put in here/, /environment/],
  ['var.9x', /nothing called/, /Known/],
] as const) {
  it(`${inner.slice(0, 40)} is a problem with a line and a suggestion`, () => {
    const problem = firstProblem(inner)
    assert.equal(problem?.line, 6)
    assert.match(problem.message, message)
    assert.match(problem.hint ?? '', hint)
  })
}

it('the stored values that a template names are known before anything starts', () => {
  const source = `name: T\nservices:\n  main:\n    image: $\{{ var.REGISTRY }}/x\n    environment: { A: "$\{{ secret.DB }}", B: "$\{{ secret.DB | json }}" }\n`
  const parsed = parseTemplate(source)
  assert.deepEqual(parsed.problems ?? parsed.head.stored, { vars: ['REGISTRY'], secrets: ['DB'] })
})
