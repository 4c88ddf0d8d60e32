// How long to go on trying when a connection breaks: at once, then ever less often to once a second, for as long as the
// agent keeps what is resumed. Pure.

import type { ErrorCode, SkeinError } from '#protocol/errors.ts'

/** The agent keeps it for as long (its own limit), so trying longer is in vain. */
export const GIVE_UP_MS = 10 * 60 * 1000
/** Before anything was connected, somebody waits for an error that names the reason. */
export const FIRST_GIVE_UP_MS = 15_000
const FIRST_WAIT_MS = 25
const MOST_WAIT_MS = 1000

/** The wait before attempt 1, 2, 3 … after a loss, ms. The first is made at once. */
export const waitMs = (attempt: number): number =>
  attempt <= 1 ? 0 : Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 2))

/** What another peer, or the same one a moment later, may not say. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'server_unreachable',
  'unavailable',
  'agent_not_linked',
  'link_lost',
  'timeout',
  'rate_limited',
  'too_many_streams',
  'frame_invalid',
  'internal',
])

export const isPassing = ({ code }: SkeinError): boolean => passing.has(code)
