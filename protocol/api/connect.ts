// The WebSockets of programs: `exec` carries one program, `connect` the numbered bytes of one resumed stream.
//
// exec: the first message is text, `ExecWish`. From the client then: binary messages are the program's input, a text
// message is its end. From the server: binary messages are pieces of exec.ts, cut anywhere; the last is text, `ExecEnd`.

import { z } from 'zod'

export const execWishSchema = z.strictObject({
  command: z.array(z.string().max(131_072)).min(1).max(1024),
  cwd: z.string().max(4096).optional(),
  env: z.record(z.string().max(256), z.string().max(32_768)).optional(),
})
export type ExecWish = z.infer<typeof execWishSchema>

export const execEndSchema = z.object({
  ok: z.boolean(),
  status: z.number().int().optional(),
  signal: z.string().max(32).optional(),
  error: z
    .looseObject({
      code: z.string(),
      details: z.record(z.string(), z.union([z.string(), z.number()])),
    })
    .optional(),
})
export type ExecEnd = z.infer<typeof execEndSchema>

/** The public half of the key with which a space's SSH server proves itself, as `known_hosts` has it. */
export const sshHostKeySchema = z.object({
  key: z
    .string()
    .max(1000)
    .regex(/^ssh-ed25519 [A-Za-z0-9+/]{60,90}={0,2}$/, 'not a public key'),
})
export type SshHostKey = z.infer<typeof sshHostKeySchema>

export const connectQuerySchema = z.object({
  to: z.string().describe('`ssh`, `tcp:PORT` or `udp:PORT`.'),
})
