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
  variable_name: row(
    422,
    '“{name}” is not a name for a variable.',
    'Use letters, digits, “_” and “-”, at most 64, beginning with a letter or “_”.',
  ),
  secret_short: row(
    422,
    'A secret has at least {least} characters.',
    'Shorter ones cannot be kept out of logs; set it as a variable that is no secret.',
  ),
  value_is_secret: row(
    409,
    '{name} is a secret, and stays one.',
    'Remove it first, then set it as a variable.',
  ),
  value_unreadable: row(
    500,
    'What is stored as {name} cannot be read with this cluster’s key.',
    'Set it once more; or put back the cluster.key with which it was stored.',
  ),
  registry_name: row(
    422,
    '“{host}” is not the name of a registry.',
    'Give its host, with the port if it has its own: ghcr.io, registry.example.com:5000.',
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
