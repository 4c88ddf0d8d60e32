// What keeps a server from starting: its configuration, its certificate, its port, its own parts.

import { type ErrorRow, row } from './row.ts'

export const configErrors = {
  config_unknown: row(
    400,
    'There is no setting “{key}”.',
    'Did you mean “{nearest}”? `skein config print` lists them all.',
  ),
  config_invalid: row(400, 'The setting {key} is not valid: {reason}.', 'Correct it in {source}.'),
  tls_invalid: row(
    400,
    'The certificate cannot be used: {reason}.',
    'Correct --tls-cert and --tls-key; `--tls self` makes a certificate by itself.',
  ),
  not_built: row(
    500,
    'The {part} has not been built.',
    'Run `npm run build`, or start with `npm start`, which does that.',
  ),
  already_running: row(
    409,
    'A Skein server runs on this data folder already (process {pid}).',
    'Stop it first, or give another --data.',
  ),
  port_in_use: row(
    409,
    'The address {address} is in use.',
    'Stop what listens there, or give another --{setting}.',
  ),
} as const satisfies Record<string, ErrorRow>
