// Parameters: what a template asks the one who makes a space, read from the template's head, and the check of what
// was answered. The form in the browser is drawn from the same description.

import type { ParameterValue } from '#protocol/api/spaces.ts'
import { type Parameter, type ParameterType, parameterTypes } from '#protocol/api/templates.ts'
import { isAsked } from '#protocol/asked.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { Field } from './field.ts'
import { nearest } from './nearest.ts'
import { quantities } from './quantities.ts'
import { flag, later, literal, mapSchema, word } from './word.ts'

const PARAMETER_NAME = /^[a-z][a-z0-9_-]{0,63}$/
export const MAX_PARAMETERS = 50
/** The longest value, characters, when the template sets no `max`. */
const MAX_VALUE_CHARS = 8192
/** Of a `many` when the template sets no `max`. */
const MAX_CHOSEN = 100

const choiceTable = {
  value: literal('What is put in.'),
  label: literal('What people see; else the value.'),
}

const BOUND = { type: ['number', 'string'] }

export const parameterTable = {
  type: word('What is asked for.', { enum: parameterTypes }, readType),
  label: literal('Beside its field; else its name.'),
  help: literal('Below its field.'),
  default: later('What is used when nothing is given.', {}),
  required: flag('Whether there must be a value.'),
  choices: later('Of `choice` and `many`: `[a, b]` or `[{ value: a, label: The first }]`.', {
    type: 'array',
    items: { anyOf: [{ type: ['string', 'number', 'boolean'] }, mapSchema(choiceTable)] },
  }),
  min: later('The least: characters, a number, a size, or how many of a `many`.', BOUND),
  max: later('The most, as `min`.', BOUND),
  pattern: later('A regular expression for the whole of a text.', { type: 'string' }),
  multiline: flag('Whether a `text` may have several lines.'),
  when: later(
    'Asked only when parameters that stand before it have these values: `{ db: true }`, `{ size: [l, xl] }`.',
    { type: 'object' },
  ),
}

export function readParameter(name: string, keyField: Field, field: Field): Parameter | undefined {
  if (!PARAMETER_NAME.test(name)) {
    return keyField.problem(
      `“${name}” cannot be a parameter’s name.`,
      'Use lower-case letters, digits, “_” and “-”, beginning with a letter.',
    )
  }
  const read = field.fields(parameterTable)
  const type = read.type ?? 'text'
  const parameter: Parameter = {
    name,
    type,
    label: read.label ?? name,
    ...(read.help !== undefined && { help: read.help }),
    required: read.required ?? false,
    ...(read.choices !== undefined && { choices: readChoices(read.choices) }),
    ...(read.min !== undefined && { min: readBound(read.min, type) }),
    ...(read.max !== undefined && { max: readBound(read.max, type) }),
    ...(read.pattern !== undefined && { pattern: readPattern(read.pattern) }),
    ...(read.multiline === true && { multiline: true }),
    ...(read.when !== undefined && { when: readWhen(read.when) }),
  }
  if ((type === 'choice' || type === 'many') && (parameter.choices ?? []).length === 0) {
    field.problem(`A parameter of type ${type} needs \`choices\`.`)
  }
  return read.default === undefined ? parameter : withDefault(parameter, read.default)
}

function readType(field: Field): ParameterType {
  const name = field.literal() ?? 'text'
  const type = parameterTypes.find((candidate) => candidate === name)
  if (type !== undefined) return type
  const near = nearest(name, parameterTypes)
  const hint = near ? `Did you mean “${near}”?` : `Known: ${parameterTypes.join(', ')}.`
  field.problem(`There is no parameter type “${name.slice(0, 64)}”.`, hint)
  return 'text'
}

function readChoices(field: Field): { value: string; label: string }[] {
  return field.list().flatMap((item) => {
    if (!item.isMap) {
      const value = item.literal()
      return value === undefined ? [] : [{ value, label: value }]
    }
    const { value, label } = item.fields(choiceTable)
    if (value === undefined) item.problem('A choice has a value.')
    return value === undefined ? [] : [{ value, label: label ?? value }]
  })
}

/** `{ other: value }` or `{ other: [value, value] }`, as text, as conditions are compared. */
function readWhen(field: Field): Record<string, string[]> {
  const entries = field.entries()
  if (entries.length === 0) field.problem('A condition names a parameter and its value.')
  const read = entries.map(({ key, value }): [string, string[]] => [
    key,
    value.isList
      ? value.list().flatMap((item) => item.literal() ?? [])
      : [value.literal()].filter((one) => one !== undefined),
  ])
  return Object.fromEntries(read)
}

/** One size has many spellings, and a secret is nobody's to compare. */
const UNCOMPARED: ReadonlySet<ParameterType> = new Set(['size', 'secret'])

/** Each condition asks for a parameter before its own, so that no two wait for each other. */
export function checkWhen(
  parameters: readonly Parameter[],
  at: readonly { readonly key: string; readonly keyField: Field }[],
): void {
  for (const [index, { name, when = {} }] of parameters.entries()) {
    const earlier = parameters.slice(0, index).map((parameter) => parameter.name)
    for (const other of Object.keys(when)) {
      const known = parameters.slice(0, index).find((one) => one.name === other)
      if (known !== undefined && !UNCOMPARED.has(known.type)) continue
      const near = nearest(other, earlier)
      at.find(({ key }) => key === name)?.keyField.problem(
        `No parameter “${other.slice(0, 64)}” that can be compared stands before “${name}”.`,
        near && near !== other
          ? `Did you mean “${near}”?`
          : 'A condition looks at parameters above that are neither sizes nor secrets.',
      )
    }
  }
}

function readBound(field: Field, type: ParameterType): number | undefined {
  const written = field.literal() ?? ''
  const bound = type === 'size' ? quantities.size.read(written) : plainNumber(written)
  return bound ?? field.problem(`“${written}” is not a ${type === 'size' ? 'size' : 'number'}.`)
}

function readPattern(field: Field): string | undefined {
  const pattern = field.literal() ?? ''
  // Patterns run on the server against what users send, and a backtracking one stops it for minutes.
  if (pattern.length > 200 || /[+*}?]\s*\)[^)]*[+*{]|\\[1-9k]|\(\?[=!<]/.test(pattern)) {
    return field.problem('This pattern could take for ever.', 'Do not repeat what repeats itself.')
  }
  try {
    new RegExp(`^(?:${pattern})$`, 'u')
    return pattern
  } catch {
    return field.problem('This is not a regular expression.')
  }
}

function withDefault(parameter: Parameter, field: Field): Parameter {
  const value = field.isList
    ? field.list().flatMap((item) => item.literal() ?? [])
    : typed(parameter, field.literal() ?? '')
  const reason = problemOf(parameter, value)
  if (reason === undefined) return { ...parameter, default: value }
  field.problem(`The default is not valid: ${reason}.`)
  return parameter
}

/** What a value means that came as text, as defaults and values from a command line do. */
function typed(parameter: Parameter, written: string): ParameterValue {
  if (parameter.type === 'number') return plainNumber(written) ?? written
  if (parameter.type === 'switch' && (written === 'true' || written === 'false')) {
    return written === 'true'
  }
  return written
}

function plainNumber(written: string): number | undefined {
  return /^-?\d{1,15}(\.\d{1,9})?$/.test(written) ? Number(written) : undefined
}

/** Why a value cannot be this parameter's, as the end of a sentence; undefined when it can. */
export function problemOf(parameter: Parameter, value: ParameterValue): string | undefined {
  switch (parameter.type) {
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return 'it is not a number'
      return outside(parameter, value, '')
    case 'switch':
      return typeof value === 'boolean' ? undefined : 'it is neither true nor false'
    case 'many':
      return Array.isArray(value) ? manyProblem(parameter, value) : 'it is not a list'
    case 'choice':
      return typeof value === 'string'
        ? notChosen(parameter, value)
        : 'it is not one of the choices'
    case 'size': {
      const bytes = typeof value === 'number' ? value : quantities.size.read(String(value))
      if (bytes === undefined || !Number.isSafeInteger(bytes) || bytes < 0) {
        return `it is not ${quantities.size.shape}`
      }
      return outside(parameter, bytes, ' bytes')
    }
    case 'text':
    case 'secret':
      return typeof value === 'string' ? textProblem(parameter, value) : 'it is not text'
  }
}

function manyProblem(parameter: Parameter, value: readonly string[]): string | undefined {
  const { min = 0, max = MAX_CHOSEN } = parameter
  if (value.length > 0 && value.length < min) return `fewer than ${min} are chosen`
  if (value.length > max) return `more than ${max} are chosen`
  return value.map((one) => notChosen(parameter, one)).find((reason) => reason !== undefined)
}

function outside({ min, max }: Parameter, value: number, unit: string): string | undefined {
  if (min !== undefined && value < min) return `it is less than ${min}${unit}`
  if (max !== undefined && value > max) return `it is more than ${max}${unit}`
  return undefined
}

const notChosen = ({ choices = [] }: Parameter, value: unknown): string | undefined =>
  choices.some((choice) => choice.value === value) ? undefined : 'it is not one of the choices'

function textProblem(parameter: Parameter, value: string): string | undefined {
  const most = parameter.max ?? MAX_VALUE_CHARS
  if (value.length > most) return `it is longer than ${most} characters`
  if (value.length < (parameter.min ?? 0)) return `it is shorter than ${parameter.min} characters`
  if (value.includes('\0')) return 'it contains a zero byte'
  if (!parameter.multiline && parameter.type === 'text' && /[\r\n]/.test(value)) {
    return 'it has more than one line'
  }
  if (parameter.pattern === undefined || value === '') return undefined
  return new RegExp(`^(?:${parameter.pattern})$`, 'u').test(value)
    ? undefined
    : 'it does not have the right form'
}

/**
 * The values that a space is made with: those given, else the defaults. Throws `parameter_invalid`. An optional
 * parameter that has neither is empty in the template.
 */
export function checkParameters(
  parameters: readonly Parameter[],
  given: Readonly<Record<string, ParameterValue>>,
): Record<string, ParameterValue> {
  const names = parameters.map((parameter) => parameter.name)
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) {
      throw new SkeinError('parameter_invalid', {
        name,
        reason: 'the template has none of this name',
      })
    }
  }
  const asked: Record<string, ParameterValue> = Object.create(null)
  for (const parameter of parameters) {
    if (!isAsked(parameter, asked)) continue
    const value = Object.hasOwn(given, parameter.name) ? given[parameter.name] : parameter.default
    const empty =
      value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
    if (empty && parameter.required) throw invalid(parameter, 'it is required')
    if (value === undefined || value === '') continue
    const reason = problemOf(parameter, value)
    if (reason !== undefined) throw invalid(parameter, reason)
    asked[parameter.name] = parameter.type === 'size' ? asBytes(value) : value
  }
  return { ...asked }
}

/** What of the given and preset values fits, without a word about the rest: somebody is still typing. */
export function lenientParameters(
  parameters: readonly Parameter[],
  given: Readonly<Record<string, ParameterValue>>,
): Record<string, ParameterValue> {
  const fitting: Record<string, ParameterValue> = Object.create(null)
  for (const parameter of parameters) {
    const { name } = parameter
    const wished = Object.hasOwn(given, name)
      ? [given[name], parameter.default]
      : [parameter.default]
    const value = wished.find(
      (one) => one !== undefined && one !== '' && problemOf(parameter, one) === undefined,
    )
    if (value === undefined || !isAsked(parameter, fitting)) continue
    fitting[name] = parameter.type === 'size' ? asBytes(value) : value
  }
  return { ...fitting }
}

const asBytes = (value: ParameterValue): ParameterValue =>
  typeof value === 'number' ? value : (quantities.size.read(String(value)) ?? value)

const invalid = (parameter: Parameter, reason: string): SkeinError =>
  new SkeinError('parameter_invalid', { name: parameter.label, reason })
