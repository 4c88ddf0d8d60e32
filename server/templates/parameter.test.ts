import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ParameterValue } from '#protocol/api/spaces.ts'
import type { Parameter } from '#protocol/api/templates.ts'
import { nearest } from './nearest.ts'
import { checkParameters } from './parameter.ts'
import { parseTemplate } from './parse.ts'
import { quantities } from './quantities.ts'

const parameter = (more: Partial<Parameter>): Parameter => ({
  name: 'p',
  label: 'P',
  type: 'text',
  required: false,
  ...more,
})
const choices = [
  { value: 'a', label: 'A' },
  { value: 'b', label: 'B' },
]

describe('a parameter’s value', () => {
  const cases: [
    string,
    Partial<Parameter>,
    ParameterValue | undefined,
    ParameterValue | undefined | RegExp,
  ][] = [
    ['is the one given', {}, 'x', 'x'],
    ['is the default when none is given', { default: 'd' }, undefined, 'd'],
    ['may be left out', {}, undefined, undefined],
    ['may not be left out when it is required', { required: true }, undefined, /required/],
    ['may not be empty when it is required', { required: true }, '', /required/],
    ['is text only', {}, 3, /not text/],
    ['has one line', {}, 'a\nb', /more than one line/],
    ['may have several lines where that is asked', { multiline: true }, 'a\nb', 'a\nb'],
    ['has the pattern’s form as a whole', { pattern: 'a|b' }, 'ab', /right form/],
    ['has at most the characters', { max: 2 }, 'abc', /longer than 2/],
    ['has no zero byte', {}, '\0', /zero byte/],
    ['is a number', { type: 'number' }, 1.5, 1.5],
    ['is no text that looks like one', { type: 'number' }, '1.5', /not a number/],
    ['is not endless', { type: 'number' }, Infinity, /not a number/],
    ['is not below', { type: 'number', min: 1 }, 0, /less than 1/],
    ['is one of the choices', { type: 'choice', choices }, 'a', 'a'],
    ['is no other choice', { type: 'choice', choices }, 'c', /not one of/],
    ['is several of them', { type: 'many', choices }, ['a', 'b'], ['a', 'b']],
    ['is none but them', { type: 'many', choices }, ['a', 'c'], /not one of/],
    ['is true or false', { type: 'switch' }, true, true],
    ['is not a word for true', { type: 'switch' }, 'yes', /neither/],
    ['is a size, kept as bytes', { type: 'size' }, '2k', 2048],
    ['is no size below the least', { type: 'size', min: 4096 }, '2k', /less than 4096 bytes/],
    ['is no size at all', { type: 'size' }, 'big', /a size such as/],
  ]
  for (const [name, more, given, expected] of cases) {
    it(name, () => {
      const values: Record<string, ParameterValue> = given === undefined ? {} : { p: given }
      const check = () => checkParameters([parameter(more)], values)
      if (expected instanceof RegExp)
        assert.throws(check, { code: 'parameter_invalid', message: expected })
      else assert.deepEqual(check(), expected === undefined ? {} : { p: expected })
    })
  }

  it('of a parameter that does not exist is refused', () => {
    for (const name of ['q', '__proto__', 'constructor']) {
      const given = JSON.parse(`{"${name}": "x"}`)
      assert.throws(() => checkParameters([parameter({})], given), { code: 'parameter_invalid' })
    }
  })
})

describe('a quantity', () => {
  const cases: [keyof typeof quantities, string, number | undefined][] = [
    ['size', '512m', 512 * 1024 ** 2],
    ['size', '1.5G', 1.5 * 1024 ** 3],
    ['size', '1gib', 1024 ** 3],
    ['size', '10kb', 10_240],
    ['size', '7', 7],
    ['size', '-1', undefined],
    ['size', '1e9', undefined],
    ['size', '99999999999t', undefined],
    ['duration', '1m30s', 90_000],
    ['duration', '500ms', 500],
    ['duration', '30', undefined],
    ['cores', '0.5', 0.5],
    ['cores', '0', undefined],
    ['cores', '0x10', undefined],
    ['pids', '64', 64],
    ['pids', '64.5', undefined],
    ['count', ' 3', 3],
  ]
  for (const [kind, text, expected] of cases) {
    it(`${kind} “${text}” is ${expected}`, () =>
      assert.equal(quantities[kind].read(text), expected))
  }
})

it('the nearest word is found when it is near enough', () => {
  const words = ['environment', 'entrypoint', 'image', 'init']
  assert.equal(nearest('enviroment', words), 'environment')
  assert.equal(nearest('iamge', words), 'image')
  assert.equal(nearest('zebra', words), undefined)
  assert.equal(nearest('', words), undefined)
})

describe('a parameter that is asked only when', () => {
  const list: Parameter[] = [
    parameter({ name: 'db', type: 'choice', choices, required: true }),
    parameter({ name: 'on', type: 'switch' }),
    parameter({ name: 'password', type: 'secret', required: true, when: { db: ['b'] } }),
    parameter({ name: 'off', when: { on: ['false'] }, default: 'was off' }),
  ]

  it('is required where it is asked', () => {
    assert.throws(() => checkParameters(list, { db: 'b' }), /required/)
    assert.deepEqual(checkParameters(list, { db: 'b', password: 'x', on: true }), {
      ...{ db: 'b', on: true, password: 'x' },
    })
  })

  it('is empty where it is not, whatever was given and whatever its default', () => {
    const given = { db: 'a', on: true, password: 'left over', off: 'left over' }
    assert.deepEqual(checkParameters(list, given), { db: 'a', on: true })
    assert.deepEqual(checkParameters(list, { db: 'a' }), { db: 'a', off: 'was off' })
  })

  it('names one that stands above it', () => {
    const read = (parameters: string) =>
      parseTemplate(`name: T\nparameters: {${parameters}}\nservices: {main: {image: x}}\n`)
    const problem = (parameters: string) => read(parameters).problems?.[0]
    assert.equal(problem('a: {}, b: {when: {a: x}}'), undefined)
    assert.match(problem('b: {when: {a: x}}, a: {}')?.message ?? '', /stands before “b”/)
    assert.match(problem('database: {}, b: {when: {databse: x}}')?.hint ?? '', /“database”/)
    assert.match(problem('a: {type: size}, b: {when: {a: 2g}}')?.hint ?? '', /neither sizes/)
    assert.match(problem('a: {}, b: {when: {}}')?.message ?? '', /names a parameter/)
  })
})
