// What the person at the machine may ask of a running peer, over a socket that only its own user can open: whoever
// may write the data folder may do anything to it anyway, so there is no password here.

import { once } from 'node:events'
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import type { AuditReport } from '#protocol/api/audit.ts'
import { type PeerInfo, peerAskSchema } from '#protocol/api/peers.ts'
import { type ErrorBody, SkeinError, toSkeinError } from '#protocol/errors.ts'
import { runFolder } from '../supervisor/child-state.ts'
import type { Asked } from './duty/ask.ts'
import { VOLUME_PATH } from './volume-door.ts'

/** A question is one short JSON line; the longest answer tells of five hundred peers. */
const MAX_LINE_BYTES = 1024 * 1024
/** Hashing a password takes a tenth of a second; the disk may take a few; a million entries of the audit half a minute. */
const ANSWER_TIMEOUT_MS = 120_000

const questionSchema = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('reset-password'), name: z.string().max(64) }),
  z.strictObject({ ask: z.literal('peers') }),
  z.strictObject({ ask: z.literal('join-token') }),
  z.strictObject({
    ask: z.literal('wish'),
    /** A peer's name or id; absent: this one. */
    peer: z.string().max(64).optional(),
    of: peerAskSchema,
  }),
  z.strictObject({ ask: z.literal('audit-verify') }),
])
export type Question = z.infer<typeof questionSchema>

/** What each question is answered with; the peer is the same program as the one that asks. */
export interface Answers {
  'reset-password': { readonly username: string; readonly password: string }
  peers: { readonly peers: readonly PeerInfo[] }
  wish: Asked
  'join-token': { readonly token: string }
  'audit-verify': AuditReport
}
export type Answer = Answers[keyof Answers]

export interface Control {
  close(): Promise<void>
}

export const controlPath = (data: string): string => join(runFolder(data), 'control.sock')

/** Listens until closed; `answer` may reject with any coded error. `volume` has volumes' bytes (volume-door.ts). */
export async function openControl(
  data: string,
  answer: (question: Question) => Promise<Answer>,
  volume?: (incoming: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Control> {
  // A volume takes what it takes; whoever may open this socket may stop the server as well.
  const server = createServer({ requestTimeout: 0 }, (incoming, response) => {
    if (volume && incoming.url?.startsWith(VOLUME_PATH)) return void volume(incoming, response)
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    readJson(incoming)
      .then((body) => answer(questionSchema.parse(body)))
      .then((body) => reply(200, body))
      .catch((caught: unknown) => {
        const error = toSkeinError(caught)
        reply(error.status, { error: error.body })
      })
  })
  const path = controlPath(data)
  rmSync(path, { force: true })
  server.listen(path)
  await once(server, 'listening')
  chmodSync(path, 0o600)
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Asks the peer of a data folder. Rejects with `unavailable` when none runs, and with what the peer refuses. */
export async function askPeer<Q extends Question>(
  data: string,
  question: Q,
): Promise<Answers[Q['ask']]> {
  const body = await send(controlPath(data), JSON.stringify(question))
  const refused = z.object({ error: z.custom<ErrorBody>() }).safeParse(body)
  if (refused.success) throw SkeinError.fromBody(refused.data.error)
  return body as Answers[Q['ask']]
}

async function send(path: string, text: string): Promise<unknown> {
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
  const call = request({ socketPath: path, method: 'POST', path: '/', agent: false, signal })
  call.end(text)
  try {
    const [response] = (await once(call, 'response')) as [IncomingMessage]
    return await readJson(response)
  } catch (error) {
    throw new SkeinError('unavailable', { reason: 'not running on this data folder' }, error)
  }
}

async function readJson(stream: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) {
    text += chunk
    if (text.length > MAX_LINE_BYTES) {
      throw new SkeinError('too_large', { thing: 'question', limit: `${MAX_LINE_BYTES} bytes` })
    }
  }
  return JSON.parse(text)
}
