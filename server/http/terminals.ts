// A space's terminals: which there are, closing one, and the way into one. The agent is its user's, so what it
// answers is checked before it is passed on.

import { z } from 'zod'
import { startupLogSchema, terminalSizeSchema, terminalsSchema } from '#protocol/api/timeline.ts'
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

export const terminalRoutes = [
  route('GET /spaces/:id/terminals', {
    action: 'space.watch',
    target: 'space',
    handle: async (door, call) =>
      ok(await askAgent(door, call, { question: 'terminals' }, terminalsSchema)),
  }),
  route('DELETE /spaces/:id/terminals/:name', {
    action: 'space.enter',
    target: 'space',
    async handle(door, call) {
      const question = { question: 'close-terminal', name: terminalName(call) } as const
      await askAgent(door, call, question, z.unknown())
      auditEntry(door, call, 'terminal.close', { terminal: question.name })
      return nothing
    },
  }),
  socketRoute('GET /spaces/:id/terminals/:name/attach', {
    action: 'space.watch',
    target: 'space',
    takesTickets: true,
    isResumed: true,
    as: (call) => (mayType(call) ? 'user' : 'viewer'),
    handle(door, call) {
      const terminal = terminalName(call)
      const size = checked(terminalSizeSchema, Object.fromEntries(call.search))
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
  route('GET /spaces/:id/startup-log', {
    action: 'space.see',
    target: 'space',
    handle: async (door, call) =>
      ok(await askAgent(door, call, { question: 'startup-log' }, startupLogSchema)),
  }),
]

const mayType = ({ person, target }: EnterCall): boolean =>
  may(person, 'space.enter', resourceOf(target))

function terminalName({ params: { name = '' } }: Call): string {
  if (!isTerminalName(name)) throw new SkeinError('name_invalid', { name: name.slice(0, 100) })
  return name
}
