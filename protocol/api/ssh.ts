// How this Skein is reached by ssh, as the HTTP API shows it.

import { z } from 'zod'
import type { Shown } from './shown.ts'

const hostKeySchema = z.object({
  /** e.g. `ssh-ed25519`. */
  algorithm: z.string(),
  /** `SHA256:…`, as ssh shows it when it asks whether the host is known. */
  fingerprint: z.string(),
  /** As in known_hosts, without the host: `ssh-ed25519 AAAA…`. */
  line: z.string(),
})
export type SshHostKey = Shown<typeof hostKeySchema>

export const sshAccessSchema = z.object({
  /** A name or an address, without brackets. */
  host: z.string(),
  port: z.number(),
  /** The same on every peer. */
  hostKeys: z.array(hostKeySchema),
})
export type SshAccess = Shown<typeof sshAccessSchema>
