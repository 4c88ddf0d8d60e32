// One short question to a space's agent. The agent is its user's, so what it answers is checked before it is passed on.

import type { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { Row } from '../records/records.ts'
import type { Door } from './ports.ts'
import type { ClosedCall } from './route.ts'

/** How long an agent may take to answer, ms. */
const ASK_TIMEOUT_MS = 5000

export type Question = Omit<Extract<StreamOpen, { kind: 'ask' }>, 'kind'>

/** One short question to the agent. Rejects with `timeout`, `frame_invalid` or what `streams.open` rejects with. */
export async function askAgent<S extends z.ZodType>(
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
