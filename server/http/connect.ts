// The ways into a space for programs: resumed bytes to its SSH server or to a port, one program with its outputs, and
// the key by which its SSH server is known.

import { sshHostKeySchema } from '#protocol/api/connect.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import { askAgent } from './ask-agent.ts'
import { relayExec } from './exec-relay.ts'
import { type RelayWish, relayNumbered } from './numbered-relay.ts'
import { ok } from './reply.ts'
import { route, socketRoute } from './route.ts'

type Resumable = Extract<StreamOpen, { kind: 'resumable' }>

/** Digits alone, and no leading zero: `Number` would also take `02280`, `+80`, `0x50` and full-width digits' kin. */
const TARGET = /^(tcp|udp):([1-9][0-9]{0,4})$/

export const connectRoutes = [
  socketRoute('GET /spaces/:id/connect', {
    action: 'space.enter',
    target: 'space',
    isResumed: true,
    handle(door, call) {
      const wish = readTarget(call.search.getAll('to'))
      return (socket) => relayNumbered(door, call, wish, socket)
    },
  }),
  socketRoute('GET /spaces/:id/exec', {
    action: 'space.enter',
    target: 'space',
    handle: (door, call) => (socket) => relayExec(door, call, socket),
  }),
  route('GET /spaces/:id/ssh-host-key', {
    action: 'space.enter',
    target: 'space',
    handle: async (door, call) =>
      ok(await askAgent(door, call, { question: 'ssh-host-key' }, sshHostKeySchema)),
  }),
]

/** Throws `port_invalid` or `bad_request`. */
export function readTarget(to: readonly string[]): RelayWish {
  const [target = '', ...more] = to
  if (more.length > 0) throw new SkeinError('bad_request', { reason: 'to: given twice' })
  if (target === 'ssh') return wishFor({ type: 'ssh' }, 'ssh.attach', { through: 'proxy' })
  const [, type, digits] = TARGET.exec(target) ?? []
  const port = Number(digits)
  if (!type || port > 65_535) throw new SkeinError('port_invalid', { port: target.slice(0, 40) })
  return wishFor({ type: type as 'tcp' | 'udp', port }, 'port.open', { protocol: type, port })
}

const wishFor = (to: Resumable['to'], action: string, detail: RelayWish['detail']): RelayWish => ({
  open: { kind: 'resumable', to },
  action,
  detail,
})
