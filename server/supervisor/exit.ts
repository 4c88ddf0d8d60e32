// How the server's processes end, as their exit status: the supervisor decides by it, and so can a person's script.
// The numbers are those of sysexits.h where it has one that fits.

import type { ErrorCode } from '#protocol/errors.ts'

export const ExitStatus = {
  ok: 0,
  failed: 1,
  /** EX_UNAVAILABLE: the address is in use. */
  portInUse: 69,
  /** EX_TEMPFAIL: another server has the data folder. */
  alreadyRunning: 75,
  /** EX_CONFIG. */
  config: 78,
} as const
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus]

const statusOf: Partial<Record<ErrorCode, ExitStatus>> = {
  config_unknown: ExitStatus.config,
  config_invalid: ExitStatus.config,
  tls_invalid: ExitStatus.config,
  not_built: ExitStatus.config,
  schema_newer: ExitStatus.config,
  schema_altered: ExitStatus.config,
  port_in_use: ExitStatus.portInUse,
  already_running: ExitStatus.alreadyRunning,
}

export function exitStatus(code: ErrorCode): ExitStatus {
  return statusOf[code] ?? ExitStatus.failed
}

/** True when starting again would fail the same way until a person changes something. */
export function isHopeless(status: number | undefined): boolean {
  return status === ExitStatus.config || status === ExitStatus.portInUse
}
