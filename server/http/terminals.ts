// A space's terminals: which there are, closing one, and the way into one. The agent is its user's, so what it
// answers is checked before it is passed on.

import { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import { isTerminalName } from '#protocol/names.ts'
import type { Row } from '../records/records.ts'
import { checked } from './body.ts'
import type { Door } from './ports.ts'
import { nothing, ok } from './reply.ts'
import { type Call, type ClosedCall, route, socketRoute } from './route.ts'
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
/** Digits alone: `Number` would also take `0x50`, `1e2` and spaces. */
const count = (least: number, most: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'not a whole number')
    .transform(Number)
    .pipe(z.number().min(least).max(most))
const sizeSchema = z.object({
  cols: count(2, 1000).default(80),
  rows: count(1, 500).default(24),
})

export const terminalRoutes = [
  route({
    method: 'GET',
    path: '/spaces/:id/terminals',
    action: 'space.enter',
    target: 'space',
    handle: async (door, call) =>
      ok(await ask(door, call, { question: 'terminals' }, terminalsSchema)),
  }),
  route({
    method: 'DELETE',
    path: '/spaces/:id/terminals/:name',
    action: 'space.enter',
    target: 'space',
    async handle(door, call) {
      const question = { question: 'close-terminal', name: terminalName(call) } as const
      await ask(door, call, question, z.unknown())
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
      ok(await ask(door, call, { question: 'startup-log' }, startupSchema)),
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
  call: ClosedCall<undefined, Row<'space'>>,
  question: Question,
  answer: S,
): Promise<z.output<S>> {
  const { requestId, person, target } = call
  const timer = new AbortController()
  const late = new AbortController()
  clock.delay(ASK_TIMEOUT_MS, timer.signal).then(
    () => late.abort(),
    () => undefined,
  )
  try {
    const options = { actor: person.actor, requestId, signal: late.signal }
    const stream = await streams.open({ space: target.id }, { kind: 'ask', ...question }, options)
    late.signal.addEventListener('abort', () => stream.abort())
    // Ended in order and not cut: a link bears only so many resets.
    stream.duplex.resume()
    stream.fin({ ok: true })
    await stream.finished
    const opened = answer.safeParse(stream.opened)
    if (!opened.success) throw new SkeinError('frame_invalid', { reason: 'the agent’s answer' })
    return opened.data
  } catch (caught) {
    if (!late.signal.aborted) throw caught
    throw new SkeinError('timeout', { thing: 'The agent', seconds: ASK_TIMEOUT_MS / 1000 }, caught)
  } finally {
    timer.abort()
  }
}
