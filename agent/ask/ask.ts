// Short questions of the peer, answered at once with JSON: what is open, what listens, what runs.

import { SkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import { fitLines } from '../child/log-tail.ts'
import type { AgentContext } from '../context.ts'
import type { ServedStream } from '../link/served.ts'

export type AskOpen = Extract<StreamOpen, { kind: 'ask' }>

/** Log lines in an answer, bytes of JSON: an `opened` frame carries at most 64 kB in all. */
const ANSWER_LOG_BYTES = 48 * 1024

/** Serves one ask stream. Rejects with `not_found` where a name is not known. */
export async function serveAsk(
  stream: ServedStream,
  open: AskOpen,
  agent: AgentContext,
): Promise<void> {
  stream.accept(await answer(open, agent))
  stream.fin({ ok: true })
}

async function answer(open: AskOpen, agent: AgentContext): Promise<unknown> {
  const { name = '' } = open
  switch (open.question) {
    case 'terminals':
      return { terminals: agent.terminals.list() }
    case 'close-terminal':
      if (await agent.terminals.closeTerminal(name)) return {}
      throw new SkeinError('not_found', { thing: 'terminal' })
    case 'ports':
      return { ports: agent.ports.ports }
    case 'stats':
      return { stats: agent.stats.last }
    case 'services':
      return describeServices(open.name, agent)
    case 'restart-service':
      await agent.services.restart(name)
      return {}
    case 'startup-log':
      return { ...agent.startup.outcome, log: fitLines(agent.startup.log, ANSWER_LOG_BYTES) }
    case 'ssh-host-key': {
      const { hostPublicKey } = await import('../ssh/host-key.ts')
      return { key: hostPublicKey(agent.config) }
    }
    case 'hello':
      agent.learnAddresses(open.addresses ?? [])
      return {}
    case 'leave':
      // The link itself answers that (link/dialer.ts): it alone knows which of them is meant.
      throw new SkeinError('stream_unsupported', { kind: open.question })
  }
}

/** All services; with a name also the last lines of that one. */
function describeServices(name: string | undefined, { services }: AgentContext): unknown {
  const list = services.list()
  if (name === undefined) return { services: list }
  return { services: list, log: fitLines(services.log(name), ANSWER_LOG_BYTES) }
}
