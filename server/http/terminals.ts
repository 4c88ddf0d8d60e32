// A space's terminals: which there are, closing one, and the way into one. The agent is its user's, so what it
// answers is checked before it is passed on.

import { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import { isTerminalName } from '#protocol/names.ts'
import { may } from '../identity/policy.ts'
import { resourceOf } from '../identity/subject.ts'
import { askAgent } from './ask-agent.ts'
import { checked } from './body.ts'
import { auditEntry, type EnterCall } from './entering.ts'
import { relayNumbered } from './numbered-relay.ts'
import { nothing, ok } from './reply.ts'
import { type Call, route, socketRoute } from './route.ts'

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
/** Its last lines, as the agent keeps them. */
const startupSchema = z.object({ log: z.array(z.string().max(1024 * 1024)).max(10_000) })
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
    action: 'space.watch',
    target: 'space',
    handle: async (door, call) =>
      ok(await askAgent(door, call, { question: 'terminals' }, terminalsSchema)),
  }),
  route({
    method: 'DELETE',
    path: '/spaces/:id/terminals/:name',
    action: 'space.enter',
    target: 'space',
    async handle(door, call) {
      const question = { question: 'close-terminal', name: terminalName(call) } as const
      await askAgent(door, call, question, z.unknown())
      auditEntry(door, call, 'terminal.close', { terminal: question.name })
      return nothing
    },
  }),
  socketRoute({
    path: '/spaces/:id/terminals/:name/attach',
    action: 'space.watch',
    target: 'space',
    takesTickets: true,
    isResumed: true,
    as: (call) => (mayType(call) ? 'user' : 'viewer'),
    handle(door, call) {
      const terminal = terminalName(call)
      const size = checked(sizeSchema, Object.fromEntries(call.query))
      const watches = !mayType(call)
      const open = {
        kind: 'terminal',
        ...size,
        terminal,
        ...(watches && { watch: true as const }),
      } as const
      const action = watches ? 'terminal.watch' : 'terminal.attach'
      const wish = { open, action, detail: { terminal }, watches }
      return (socket) => relayNumbered(door, call, wish, socket)
    },
  }),
  route({
    method: 'GET',
    path: '/spaces/:id/startup-log',
    action: 'space.see',
    target: 'space',
    handle: async (door, call) =>
      ok(await askAgent(door, call, { question: 'startup-log' }, startupSchema)),
  }),
]

const mayType = ({ person, target }: EnterCall): boolean =>
  may(person, 'space.enter', resourceOf(target))

function terminalName({ params: { name = '' } }: Call): string {
  if (!isTerminalName(name)) throw new SkeinError('name_invalid', { name: name.slice(0, 100) })
  return name
}
