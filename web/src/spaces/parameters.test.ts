import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Parameter } from '#protocol/api/templates.ts'
import { askedOf, initialValues, problemOf, problemsOf, sentValues } from './parameters.ts'
import { parseSize, sizeText, splitSize } from './size.ts'

const parameter = (more: Partial<Parameter>): Parameter => ({
  name: 'x',
  type: 'text',
  label: 'X',
  required: false,
  ...more,
})

test('a size is read in every usual spelling and written in the shortest', () => {
  assert.equal(parseSize('512m'), 512 * 1024 ** 2)
  assert.equal(parseSize(' 1.5 GB '), 1.5 * 1024 ** 3)
  assert.equal(parseSize('2GiB'), 2 * 1024 ** 3)
  assert.ok(Number.isNaN(parseSize('big')))
  assert.ok(Number.isNaN(parseSize('')))
  assert.equal(sizeText(2 * 1024 ** 3), '2g')
  assert.equal(sizeText(1000), '1000')
  assert.deepEqual(splitSize('1.5g'), { amount: '1.5', unit: 'g' })
  assert.deepEqual(splitSize('1073741824'), { amount: '1', unit: 'g' })
  assert.deepEqual(splitSize('lots'), { amount: 'lots', unit: 'm' })
})

test('what is required and empty is said to be needed, and what is optional is not', () => {
  assert.ok(problemOf(parameter({ required: true }), ''))
  assert.equal(problemOf(parameter({}), ''), undefined)
  assert.ok(problemOf(parameter({ type: 'many', required: true }), []))
  assert.equal(problemOf(parameter({ type: 'switch', required: true }), false), undefined)
})

test('numbers and sizes know their range', () => {
  const cpus = parameter({ type: 'number', min: 1, max: 8 })
  assert.equal(problemOf(cpus, '4'), undefined)
  assert.match(problemOf(cpus, '9') ?? '', /1 to 8/)
  assert.ok(problemOf(cpus, 'four'))
  const memory = parameter({ type: 'size', min: 256 * 1024 ** 2 })
  assert.equal(problemOf(memory, '1g'), undefined)
  assert.match(problemOf(memory, '64m') ?? '', /256 MB/)
})

test('a pattern holds for the whole text, and one that this browser cannot read is left to the server', () => {
  assert.ok(problemOf(parameter({ pattern: '[a-z]+' }), 'abc1'))
  assert.equal(problemOf(parameter({ pattern: '[a-z]+' }), 'abc'), undefined)
  assert.equal(problemOf(parameter({ pattern: '[' }), 'abc'), undefined)
})

test('a form begins with the defaults and sends only what was filled in', () => {
  const parameters = [
    parameter({ name: 'n', type: 'number', default: 2 }),
    parameter({ name: 's', type: 'switch' }),
    parameter({ name: 'c', type: 'choice', choices: [{ value: 'a', label: 'A' }] }),
    parameter({ name: 't' }),
  ]
  const values = initialValues(parameters)
  assert.deepEqual(values, { n: 2, s: false, c: 'a', t: '' })
  assert.deepEqual(sentValues(parameters, { ...values, n: '3' }), { n: 3, s: false, c: 'a' })
  assert.deepEqual(problemsOf(parameters, values), {})
})

test('what depends on another answer is asked for once that was given', () => {
  const parameters = [
    parameter({ name: 'db', type: 'choice' }),
    parameter({ name: 'password', type: 'secret', required: true, when: { db: ['pg', 'my'] } }),
    parameter({ name: 'backup', type: 'switch', when: { db: ['pg'] } }),
    parameter({ name: 'hour', when: { backup: ['true'] } }),
  ]
  const asked = (values: Record<string, string | boolean>) =>
    askedOf(parameters, values).map(({ name }) => name)
  assert.deepEqual(asked({ db: 'none', backup: true }), ['db'])
  assert.deepEqual(asked({ db: 'my', backup: true }), ['db', 'password'])
  assert.deepEqual(asked({ db: 'pg', backup: true }), ['db', 'password', 'backup', 'hour'])
})
