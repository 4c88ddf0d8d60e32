// The form that a template's parameters make: what each field holds at first, and what is wrong with it. Pure. The
// server checks again; here it is so that one sees it while typing.

import type { CreateSpace, ParameterValue } from '#protocol/api/spaces.ts'
import type { Parameter } from '#protocol/api/templates.ts'
import { isAsked } from '#protocol/asked.ts'
import { bytes } from '../format/quantity.ts'
import { words } from '../words.ts'
import { parseSize, sizeText } from './size.ts'

export type Values = Readonly<Record<string, ParameterValue>>
export type Problems = Readonly<Record<string, string>>

export function initialValues(parameters: readonly Parameter[]): Values {
  return Object.fromEntries(parameters.map((each) => [each.name, initialValue(each)]))
}

function initialValue(parameter: Parameter): ParameterValue {
  const { type, default: preset } = parameter
  switch (type) {
    case 'switch':
      return preset === true
    case 'many':
      return Array.isArray(preset) ? preset : []
    case 'choice':
      return typeof preset === 'string' ? preset : (parameter.choices?.[0]?.value ?? '')
    case 'size':
      return preset === undefined ? '' : typeof preset === 'number' ? sizeText(preset) : preset
    case 'number':
    case 'text':
    case 'secret':
      return preset === undefined ? '' : preset
  }
}

/** Those that are asked for with these values; the others are empty, whatever was typed before. */
export function askedOf(parameters: readonly Parameter[], values: Values): readonly Parameter[] {
  const answered: Record<string, ParameterValue> = {}
  return parameters.filter((parameter) => {
    if (!isAsked(parameter, answered)) return false
    const value = values[parameter.name]
    if (value !== undefined) answered[parameter.name] = value
    return true
  })
}

export function problemsOf(parameters: readonly Parameter[], values: Values): Problems {
  const problems: Record<string, string> = {}
  for (const parameter of parameters) {
    const problem = problemOf(parameter, values[parameter.name])
    if (problem) problems[parameter.name] = problem
  }
  return problems
}

export function problemOf(
  parameter: Parameter,
  value: ParameterValue | undefined,
): string | undefined {
  if (parameter.type === 'switch') return undefined
  const empty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  if (empty) return parameter.required ? words.checks.required : undefined
  switch (parameter.type) {
    case 'number':
      return outOfRange(Number(value), parameter, words.newSpace.notNumber, String)
    case 'size':
      return outOfRange(parseSize(String(value)), parameter, words.newSpace.notSize, bytes)
    case 'text':
    case 'secret':
      return misfit(String(value), parameter)
    case 'choice':
    case 'many':
      return undefined
  }
}

function outOfRange(
  value: number,
  { min, max }: Parameter,
  notOne: string,
  tell: (value: number) => string,
): string | undefined {
  if (!Number.isFinite(value)) return notOne
  const { newSpace } = words
  if (min !== undefined && value < min) {
    return max === undefined ? newSpace.atLeast(tell(min)) : newSpace.between(tell(min), tell(max))
  }
  if (max !== undefined && value > max) {
    return min === undefined ? newSpace.atMost(tell(max)) : newSpace.between(tell(min), tell(max))
  }
  return undefined
}

function misfit(value: string, { pattern, min, max }: Parameter): string | undefined {
  const { newSpace } = words
  if (min !== undefined && value.length < min) return newSpace.shortest(min)
  if (max !== undefined && value.length > max) return newSpace.longest(max)
  if (pattern === undefined) return undefined
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value)
      ? undefined
      : newSpace.notPattern(pattern)
  } catch {
    // The browser's expressions are not quite the server's; the server has the last word.
    return undefined
  }
}

/** What is sent: numbers as numbers, and nothing for what was left empty. */
export function sentValues(
  parameters: readonly Parameter[],
  values: Values,
): NonNullable<CreateSpace['parameters']> {
  const sent: NonNullable<CreateSpace['parameters']> = {}
  for (const { name, type } of parameters) {
    const value = values[name]
    if (value === undefined || value === '') continue
    if (type === 'number') sent[name] = Number(value)
    else sent[name] = typeof value === 'object' ? [...value] : value
  }
  return sent
}
