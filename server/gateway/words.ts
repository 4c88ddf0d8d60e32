// What a gateway asks of its peer, over a unix socket with the frames of a link. Each ssh connection has a connection
// of its own to the peer, so that who was let in is bound to it and ends with it. The gateway reads strangers' bytes:
// the peer checks all that it says.

import { z } from 'zod'
import type { StreamOpen } from '#protocol/link.ts'

/** Longer than any address that a socket has, `fe80::…%interface` included. */
const MAX_ADDRESS_CHARS = 128
/** A user name of ssh beyond this is no name of ours, whatever it says. */
export const MAX_USER_CHARS = 256
/** The blob of an RSA key of 16,384 bits in base64, with room. */
const MAX_KEY_CHARS = 8192
export const MAX_ALGORITHM_CHARS = 64

/** The paths; each stream begins with a frame of its schema. */
export const ways = {
  hello: '/v1/hello',
  authorise: '/v1/authorise',
  ready: '/v1/ready',
  open: '/v1/open',
} as const

/** First of all, and once: from where the person comes. */
export const helloSchema = z.strictObject({ address: z.string().min(1).max(MAX_ADDRESS_CHARS) })
export type Hello = z.infer<typeof helloSchema>

/** What the gateway needs to begin: the cluster's private host keys. It keeps them in memory only. */
export const welcomeSchema = z.object({ hostKeys: z.array(z.string().max(16_384)).min(1).max(8) })
export type Welcome = z.infer<typeof welcomeSchema>

/** Answered by nothing, or by a refusal that the person may read. */
export const authoriseSchema = z.strictObject({
  user: z.string().max(MAX_USER_CHARS),
  /** Absent for the question that every client asks first. */
  key: z
    .strictObject({
      algorithm: z.string().max(MAX_ALGORITHM_CHARS),
      blob: z.base64().max(MAX_KEY_CHARS),
    })
    .optional(),
  isProven: z.boolean(),
})
export type Authorise = z.infer<typeof authoriseSchema>

/** Whether a space that stands still is to be started. */
export const readySchema = z.strictObject({ start: z.boolean() })

/** `still`: it must be started first, and was not. After `coming` there are lines of JSON, `Told`, until it is ready. */
export const readinessSchema = z.object({
  is: z.enum(['ready', 'still', 'coming']),
  name: z.string().max(128),
  state: z.string().max(32),
})
export type Readiness = z.infer<typeof readinessSchema>

export const toldSchema = z.object({ say: z.string().max(2000) })

/** `open` is checked as a stream's by the peer. */
export const openSchema = z.strictObject({ open: z.object({ kind: z.string().max(32) }).loose() })

/** A shell is left open for days; a command or a transfer is over at some time. */
export const endsByItself = (open: StreamOpen): boolean =>
  open.kind === 'sftp' || (open.kind === 'session' && open.pty === undefined)
