// The errors of `skein` on a laptop, and of its login and resumed connections.

import { row } from './row.ts'

export const laptopErrors = {
  login_gone: row(
    410,
    'That login has expired, was refused or has been used.',
    'Run `skein login` again.',
  ),
  stream_gone: row(
    410,
    'What was connected in the space is no more.',
    'The space was restarted, or was out of reach for more than ten minutes; connect again.',
  ),
  no_server: row(
    400,
    'No server is known.',
    'Run `skein login URL`, or set SKEIN_URL and SKEIN_TOKEN.',
  ),
  server_unknown: row(
    400,
    'There is no login for {server}.',
    'Run `skein login {server}`; `skein whoami --all` lists those you have.',
  ),
  login_needed: row(401, '{server} does not know you.', 'Run `skein login {server}`.'),
  server_unreachable: row(
    503,
    '{server} does not answer: {reason}.',
    'Check the address and your network, then try again.',
  ),
  certificate_untrusted: row(
    502,
    'The certificate of {server} is not trusted: {reason}.',
    'Give its authority with `skein login {server} --ca FILE`.',
  ),
  space_unclear: row(
    409,
    '{count} spaces are called “{name}”.',
    'Say which with OWNER/NAME or its id; `skein spaces` lists them.',
  ),
  port_unusable: row(
    409,
    '{address} on this machine cannot be used: {reason}.',
    'Choose another: PORT:LOCAL, or PORT:0 for any that is free.',
  ),
  program_missing: row(
    501,
    'There is no program {program} on this machine.',
    'Install it and try again.',
  ),
  ssh_config_refused: row(
    400,
    'The ssh configuration was not written: {reason}.',
    'Mend what the reason names and run `skein ssh-config` again.',
  ),
} as const
