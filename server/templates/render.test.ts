import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { ParameterValue } from '#protocol/api/spaces.ts'
import { type ErrorCode, SkeinError } from '#protocol/errors.ts'
import { amount } from '../../tests/support/amount.ts'
import { parseTemplate } from './parse.ts'
import { renderTemplate } from './render.ts'
import type { RenderedSpace } from './rendered.ts'

const everywhere = `
name: T
parameters: { x: { type: text }, n: { type: number } }
main: main
shell: \${{ param.x }}
home: /home/\${{ param.x }}
env:
  ONE: a \${{ param.x }} b
run:
  web:
    command: serve "\${{ param.x }}" --at \${{ param.x }}
    env: { TWO: "\${{ param.x }}" }
services:
  db:
    image: postgres
    command: [postgres, "\${{ param.x }}"]
    labels: [ "a=\${{ param.x }}" ]
  main:
    image: debian
    command: sh -c 'echo $0' \${{ param.x }}
    environment: [ "A=\${{ param.x }}=\${{ param.x }}" ]
    user: \${{ param.x }}
    hostname: \${{ param.x }}
    volumes: [ "home:/home/dev", "cache:/cache/\${{ param.x }}:ro" ]
    healthcheck: { test: "\${{ param.x }}" }
    cpus: \${{ param.n }}
    depends_on: [db]
`

const isSkeinError = (caught: unknown, code: ErrorCode): boolean =>
  caught instanceof SkeinError && caught.code === code

const scope = (param: Record<string, ParameterValue>) => ({
  space: { id: 'id-1', name: 'box' },
  user: { username: 'ada' },
  param,
})

function render(source: string, param: Record<string, ParameterValue>): RenderedSpace {
  const result = parseTemplate(source)
  if (result.problems !== undefined) assert.fail(JSON.stringify(result.problems))
  return renderTemplate(result.template, scope(param))
}

/** Everything but the texts themselves: keys, lengths of lists, kinds. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape)
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? 'text' : value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
}

it('no value can change the structure', () => {
  const expected = shape(render(everywhere, { x: 'plain', n: 1 }))
  const nasty = fc.constantFrom(
    'a: b',
    '- x',
    '\n  privileged: true',
    '"',
    "'",
    `\${{ param.x }}`,
    ':',
    ':/x:rw',
    '{',
    ']',
    '#',
    '&a',
    '*a',
    '!!js',
    ' ',
    '\\',
    '`',
    '$(x)',
    ';',
    '=',
  )
  const value = fc
    .array(fc.oneof(nasty, fc.string()), { minLength: 1 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(value, (x) => {
      let rendered: RenderedSpace
      try {
        rendered = render(everywhere, { x, n: 1 })
      } catch (caught) {
        assert.ok(isSkeinError(caught, 'parameter_invalid'), String(caught))
        return
      }
      if (x !== '') assert.deepEqual(shape(rendered), expected)
      assert.deepEqual(rendered.run[0]?.command, ['serve', x, '--at', x])
      assert.deepEqual(rendered.containers[1]?.command, ['sh', '-c', 'echo $0', x])
      assert.deepEqual(rendered.containers[1]?.environment, { A: `${x}=${x}` })
      assert.equal(rendered.env.ONE, `a ${x} b`)
    }),
    { numRuns: amount({ usual: 150, whole: 500 }) },
  )
})

describe('a value that does not fit its place is refused', () => {
  const cases: [string, Record<string, ParameterValue>, RegExp][] = [
    ['a place that climbs', { x: '../../etc' }, /not a place/],
    ['a place with a colon', { x: 'a:rw' }, /not a place/],
    ['no number of cores', { x: 'a', n: -1 }, /number of cores/],
  ]
  for (const [name, param, message] of cases) {
    it(name, () =>
      assert.throws(
        () => render(everywhere, param),
        (caught) => {
          assert.ok(isSkeinError(caught, 'parameter_invalid'))
          assert.match(String(caught), message)
          return true
        },
      ),
    )
  }

  it('an image that is an option', () => {
    const source = `name: T\nparameters: {x: {}}\nservices: {main: {image: "\${{ param.x }}"}}`
    for (const x of ['', '-v', 'a b', 'http://x', '/etc', 'a\n']) {
      assert.throws(() => render(source, { x }), { code: 'parameter_invalid' })
    }
    assert.equal(
      render(source, { x: 'reg.example:5000/a/b:1' }).containers[0]?.image,
      'reg.example:5000/a/b:1',
    )
  })
})

it('who and what are put in', () => {
  const source = `name: T\nservices: {main: {image: x, hostname: "\${{user.username}}-\${{ space.name }}-\${{ space.id }}"}}`
  assert.equal(render(source, {}).containers[0]?.hostname, 'ada-box-id-1')
})

it('a setting that is only an empty value is left out', () => {
  const source = `name: T\nparameters: {x: {}}\nservices: {main: {image: x, user: "\${{ param.x }}", mem_limit: "\${{ param.x }}", environment: {A: "\${{ param.x }}", B: ""}}}`
  const [main] = render(source, {}).containers
  assert.equal(main?.user, undefined)
  assert.equal(main?.memoryBytes, undefined)
  assert.deepEqual(main?.environment, { B: '' })
})

it('limits are found in either of Compose’s places', () => {
  const service = (lines: string) => `name: T\nservices: {main: {image: x, ${lines}}}`
  const [a] = render(
    service('deploy: {resources: {limits: {cpus: "0.5", memory: 1g, pids: 99}}}'),
    {},
  ).containers
  const [b] = render(service('cpus: 0.5, mem_limit: 1024m, pids_limit: 99'), {}).containers
  assert.deepEqual(a, b)
  assert.equal(a?.memoryBytes, 1024 ** 3)
})

it('several choices come with commas between them, a switch as true or false', () => {
  const source = `name: T\nparameters: {m: {type: many, choices: [a, b]}, s: {type: switch}}\nservices: {main: {image: x, environment: {M: "\${{ param.m }}", S: "\${{ param.s }}"}}}`
  const [main] = render(source, { m: ['a', 'b'], s: false }).containers
  assert.deepEqual(main?.environment, { M: 'a,b', S: 'false' })
})
