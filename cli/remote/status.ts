// Exit statuses of the commands for a laptop, from sysexits.h where it has one that fits, so that a script can tell
// what to mend from what to try again. `exec` and `ssh` end with the program's own status instead.

import type { ErrorCode } from '#protocol/errors.ts'

export const RemoteStatus = {
  ok: 0,
  failed: 1,
  /** EX_USAGE: wrong words. */
  usage: 64,
  /** EX_NOUSER: there is no such space, file, template. */
  missing: 67,
  /** EX_UNAVAILABLE: the server or the space cannot be reached. */
  unavailable: 69,
  /** EX_TEMPFAIL: trying again may help. */
  tryAgain: 75,
  /** EX_NOPERM: sign in, or ask for the right. */
  forbidden: 77,
  /** EX_CONFIG. */
  config: 78,
} as const
export type RemoteStatus = (typeof RemoteStatus)[keyof typeof RemoteStatus]

const { usage, missing, unavailable, tryAgain, forbidden, config } = RemoteStatus

const statusOf: Partial<Record<ErrorCode, RemoteStatus>> = {
  bad_request: usage,
  name_invalid: usage,
  port_invalid: usage,
  parameter_invalid: usage,
  space_unclear: usage,
  not_found: missing,
  path_missing: missing,
  server_unreachable: unavailable,
  certificate_untrusted: unavailable,
  agent_not_linked: unavailable,
  space_not_running: unavailable,
  nothing_listens: unavailable,
  program_missing: unavailable,
  link_lost: tryAgain,
  rate_limited: tryAgain,
  too_many_streams: tryAgain,
  unavailable: tryAgain,
  timeout: tryAgain,
  conflict: tryAgain,
  space_busy: tryAgain,
  login_needed: forbidden,
  login_gone: forbidden,
  not_signed_in: forbidden,
  bad_credentials: forbidden,
  forbidden,
  path_forbidden: forbidden,
  no_server: config,
  server_unknown: config,
  config_invalid: config,
  config_unknown: config,
  ssh_config_refused: config,
}

export const remoteStatus = (code: ErrorCode): RemoteStatus => statusOf[code] ?? RemoteStatus.failed
