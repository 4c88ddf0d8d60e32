// Values that want to be more than a value, through every type of parameter and every other source, into every place.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ParameterValue } from '#protocol/api/spaces.ts'
import { SkeinError } from '#protocol/errors.ts'
import { checkParameters } from './parameter.ts'
import { parseTemplate } from './parse.ts'
import { renderTemplate } from './render.ts'
import type { RenderedSpace } from './rendered.ts'

const value = (ref: string) => `"$\{{ ${ref} }}"`
const FREE = ['text', 'secret', 'choice', 'many', 'number', 'size', 'switch'] as const

const wicked = [
  '"; rm -rf / #',
  "'; id; '",
  '$(id)',
  '`id`',
  '--privileged',
  '-v /:/host',
  `$\{HOME}`,
  `$\{{ param.other }}`,
  `$\{{ secret.TOKEN }}`,
  'x\n    privileged: true',
  'x, privileged: true}',
  '*anchor',
  '!!js/function "x"',
  '<<: *x',
  '/var/run/docker.sock:/s',
  '../../etc',
  '/:/x',
  'a:b:c',
  '\u202e',
  '__proto__',
  'constructor',
  '{"$ref":"#"}',
  '%s%n',
  'A=B\nLD_PRELOAD=x',
]

const template = (ref: string) => `
name: T
main: main
parameters:
  other: { type: text, default: other-value }
  text: { type: text, multiline: true }
  secret: { type: secret }
  choice: { type: choice, choices: [a, b] }
  many: { type: many, choices: [a, b] }
  number: { type: number }
  size: { type: size }
  switch: { type: switch }
shell: ${value(ref)}
env: { ONE: ${value(ref)} }
run: { web: { command: [serve, ${value(ref)}], env: { TWO: ${value(ref)} } } }
services:
  db: { image: postgres, command: "run --x ${value(ref).slice(1, -1)} last" }
  main:
    image: debian
    user: ${value(ref)}
    hostname: ${value(ref)}
    environment: { THREE: ${value(ref)}, FOUR: fixed }
    labels: { five: ${value(ref)} }
    command: [sh, -c, 'echo "$0"', ${value(ref)}]
    volumes: [ "home:/home/dev" ]
`

type Template = Parameters<typeof renderTemplate>[0]
const parsedBefore = new Map<string, Template>()

/** There are few templates, and hundreds of values. */
function parsedOf(ref: string): Template {
  const known = parsedBefore.get(ref)
  if (known) return known
  const parsed = parseTemplate(template(ref))
  if (parsed.problems !== undefined) assert.fail(JSON.stringify(parsed.problems))
  parsedBefore.set(ref, parsed.template)
  return parsed.template
}

function rendered(ref: string, param: Record<string, ParameterValue>): RenderedSpace {
  const parsed = parsedOf(ref)
  const values = checkParameters(parsed.parameters, param)
  const vars = { V: String(param.text ?? '') }
  return renderTemplate(parsed, {
    ...{ space: { id: 's1', name: 'box' }, user: { username: 'ada', name: vars.V } },
    ...{ server: { url: vars.V }, param: values, vars },
  })
}

/** With the value taken out of every string, whatever it was. */
const shape = (space: RenderedSpace, taken: string): unknown =>
  JSON.parse(
    JSON.stringify({ ...space, secrets: [] }, (_key, inner: unknown) =>
      typeof inner === 'string' && taken !== '' ? inner.replaceAll(taken, 'VALUE') : inner,
    ),
  )

describe('a value stays one value', () => {
  for (const [ref, name] of [
    ['param.text', 'text'],
    ['param.secret', 'secret'],
    ['var.V', 'text'],
    ['user.name', 'text'],
    ['server.url', 'text'],
  ] as const) {
    for (const text of wicked) {
      it(`${JSON.stringify(text)} as ${ref}`, () => {
        const plain = shape(rendered(ref, { [name]: 'PLAIN' }), 'PLAIN')
        // A secret of one line: what a secret may be is the template's to say.
        assert.deepEqual(shape(rendered(ref, { [name]: text }), text), plain)
      })
    }
  }

  for (const type of FREE.filter((one) => one !== 'text' && one !== 'secret')) {
    for (const text of wicked) {
      it(`${JSON.stringify(text)} is no ${type}`, () => {
        for (const given of [text, [text]]) {
          assert.throws(
            () => rendered(`param.${type}`, { [type]: given }),
            (error) => error instanceof SkeinError && error.code === 'parameter_invalid',
          )
        }
      })
    }
  }

  it('and its filters make no more of it', () => {
    for (const text of wicked) {
      for (const filter of ['json', 'upper', 'trim', 'slug', 'base64', "default 'x'"]) {
        const space = rendered(`param.text | ${filter}`, { text })
        const [main] = space.containers.filter(({ service }) => service === 'main')
        assert.equal(main?.command?.length, 4)
        // An empty one is left out.
        const names = Object.keys(main.environment).filter((name) => name !== 'THREE')
        assert.deepEqual(names, ['FOUR'])
        assert.equal(space.containers[0]?.command?.length, 4)
      }
    }
  })
})

it('numbers and sizes that are none are told without a secret’s value', () => {
  const source = `name: T\nparameters: {s: {type: secret}}\nservices: {main: {image: x, mem_limit: "$\{{ param.s }}"}}\n`
  const parsed = parseTemplate(source)
  assert.ok(parsed.problems === undefined)
  const scope = { space: { id: 's', name: 'b' }, user: { username: 'u' }, param: { s: 'hunter22' } }
  assert.throws(
    () => renderTemplate(parsed.template, scope),
    (error) => error instanceof SkeinError && !JSON.stringify(error.body).includes('hunter22'),
  )
})

it('a stored value that is not there is named, and one with a default is not missed', () => {
  const source = `name: T\nservices: {main: {image: x, environment: {A: "$\{{ secret.TOKEN }}"}}}\n`
  const render = (text: string) => {
    const parsed = parseTemplate(text)
    assert.ok(parsed.problems === undefined)
    const scope = { space: { id: 's', name: 'b' }, user: { username: 'u' }, param: {} }
    return renderTemplate(parsed.template, scope)
  }
  assert.throws(() => render(source), { code: 'value_missing', message: /secret “TOKEN”/ })
  const provided = render(source.replace('TOKEN }}', "TOKEN | default 'none' }}"))
  assert.equal(provided.containers[0]?.environment.A, 'none')
})
