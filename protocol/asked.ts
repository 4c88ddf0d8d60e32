// Which parameters of a template are asked for: the page, the command line and the server decide it alike. Without zod, which
// the page does not carry.

import type { ParameterValue } from './api/spaces.ts'
import type { Parameter } from './api/templates.ts'

/** Whether a parameter is asked for, by the values of those before it. One that is not asked is empty. */
export function isAsked(
  { when = {} }: Pick<Parameter, 'when'>,
  values: Readonly<Record<string, ParameterValue>>,
): boolean {
  return Object.entries(when).every(([name, wanted]) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (Array.isArray(value)) return value.some((one) => wanted.includes(one))
    // A switch that nobody touched is off.
    return (
      wanted.includes(value === undefined ? '' : String(value)) ||
      (value === undefined && wanted.includes('false'))
    )
  })
}
