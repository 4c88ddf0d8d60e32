// Failures of templates and of the values that are put into them. See errors.ts.

import { row } from './row.ts'

export const templateErrors = {
  template_invalid: row(
    400,
    'The template has {count} problems.',
    'Each problem names its line and column.',
  ),
  template_not_allowed: row(
    403,
    'The template reaches outside its space and was not allowed to: {reaches}.',
    'Have an administrator save it with this permission, or remove these settings.',
  ),
  value_missing: row(
    422,
    'The template asks for the {kind} “{name}”, which is not set.',
    'Set it for the server, the group, the person or the template, or give a default.',
  ),
  template_in_use: row(
    409,
    '{count} spaces use this template.',
    'Delete or move those spaces first.',
  ),
  parameter_invalid: row(
    400,
    'The parameter “{name}” is not valid: {reason}.',
    'Correct the value.',
  ),
} as const
