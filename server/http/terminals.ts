// A space's terminals: which there are, closing one, and the way into one. The agent is its user's, so what it
// answers is checked before it is passed on.

import { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import type { StreamOpen } from '#protocol/link.ts'
import { isTerminalName } from '#protocol/names.ts'
import { checked } from './body.ts'
import type { Door } from './ports.ts'
import { nothing, ok } from './reply.ts'
import { type Call, route, socketRoute } from './route.ts'
import { relayTerminal } from './terminal-relay.ts'

/** How long an agent may take to answer a question, ms. */
const ASK_TIMEOUT_MS = 5000

const terminalsSchema = z.object({
  terminals: z
    .array(
      z.object({
        name: z.string().max(64),
        title: z.string().max(1000),
        cols: z.number().int(),
        rows: z.number().int(),
        viewers: z.number().int(),
        startedAt: z.iso.datetime(),
        ended: z
          .object({ status: z.number().int().optional(), signal: z.string().max(32).optional() })
          .optional(),
      }),
    )
    .max(1000),
})
const startupSchema = z.object({ log: z.string().max(1024 * 1024) })
const sizeSchema = z.object({
  cols: z.coerce.number().int().min(2).max(1000).default(80),
  rows: z.coerce.number().int().min(1).max(500).default(24),
})

export const terminalRoutes = [
  route({
    method: 'GET',
    path: '/spaces/:id/terminals',
    action: 'space.enter',
    target: 'space',
    handle: async (door, call) =>
      ok(await ask(door, call, call.target.id, { question: 'terminals' }, terminalsSchema)),
  }),
  route({
    method: 'DELETE',
    path: '/spaces/:id/terminals/:name',
    action: 'space.enter',
    target: 'space',
    async handle(door, call) {
      const question = { question: 'close-terminal', name: terminalName(call) } as const
      await ask(door, call, call.target.id, question, z.unknown())
      return nothing
    },
  }),
  socketRoute({
    path: '/spaces/:id/terminals/:name/attach',
    action: 'space.enter',
    target: 'space',
    handle(door, call) {
      const terminal = terminalName(call)
      const size = checked(sizeSchema, Object.fromEntries(call.query))
      return (socket) => relayTerminal(door, call, { ...size, terminal }, socket)
    },
  }),
  route({
    method: 'GET',
    path: '/spaces/:id/startup-log',
    action: 'space.see',
    target: 'space',
    handle: async (door, call) =>
      ok(await ask(door, call, call.target.id, { question: 'startup-log' }, startupSchema)),
  }),
]

function terminalName({ params: { name = '' } }: Call): string {
  if (!isTerminalName(name)) throw new SkeinError('name_invalid', { name: name.slice(0, 100) })
  return name
}

type Question = Omit<Extract<StreamOpen, { kind: 'ask' }>, 'kind'>

/** One short question to the agent. Rejects with `timeout`, `frame_invalid` or what `streams.open` rejects with. */
async function ask<S extends z.ZodType>(
  { streams, clock }: Door,
  call: Call,
  space: SpaceId,
  question: Question,
  answer: S,
): Promise<z.output<S>> {
  const { requestId, person } = call
  if (!person) throw new SkeinError('not_signed_in')
  const stop = new AbortController()
  const late = clock.delay(ASK_TIMEOUT_MS, stop.signal).then(() => {
    throw new SkeinError('timeout', { thing: 'The agent', seconds: ASK_TIMEOUT_MS / 1000 })
  })
  try {
    const options = { actor: person.actor, requestId, signal: stop.signal }
    const opening = streams.open({ space }, { kind: 'ask', ...question }, options)
    // Whichever loses the race is settled here, so that it is not reported as unhandled.
    opening.then(
      (stream) => stop.signal.aborted && stream.abort(),
      () => undefined,
    )
    const stream = await Promise.race([opening, late])
    stream.finished.catch(() => undefined)
    const opened = answer.safeParse(stream.opened)
    stream.abort()
    if (!opened.success) throw new SkeinError('frame_invalid', { reason: 'the agent’s answer' })
    return opened.data
  } finally {
    late.catch(() => undefined)
    stop.abort()
  }
}
