// The peer of a data folder, asked for a volume's bytes over its own socket.

import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { type ErrorBody, SkeinError } from '#protocol/errors.ts'
import { controlPath } from '../../server/peer/control.ts'
import { totalsSchema, VOLUME_PATH, type VolumeTotals } from '../../server/peer/volume-door.ts'

const MAX_ANSWER_BYTES = 64 * 1024
const refusalSchema = z.object({ error: z.custom<ErrorBody>() })

export interface VolumeQuery {
  readonly space: string
  readonly volume?: string
  readonly stop?: '1'
}

export interface Given {
  readonly volume: string
  readonly bytes: Readable
  /** To be asked when all bytes were read. Throws what the peer failed with, or `unavailable` when it is gone. */
  totals(): VolumeTotals
}

/** Rejects with `unavailable` when no peer runs, and with what it refuses. */
export async function askVolume(data: string, query: VolumeQuery): Promise<Given> {
  const call = open(data, 'GET', query)
  call.end()
  const response = await answered(call)
  return {
    volume: String(response.headers['skein-volume']),
    bytes: response,
    totals() {
      const { 'skein-totals': totals, 'skein-error': failed } = response.trailers
      if (failed !== undefined) throw refusalIn(decodeURIComponent(failed))
      if (totals === undefined) throw gone()
      return totalsSchema.parse(JSON.parse(totals))
    },
  }
}

/** Rejects as `askVolume`, and with what `archive` fails with. */
export async function sendVolume(
  data: string,
  query: VolumeQuery,
  archive: AsyncIterable<Buffer>,
): Promise<VolumeTotals> {
  // Kept alive: else the peer hangs up behind a refusal, and what we still send breaks on it before we read why.
  using agent = disposable(new Agent({ keepAlive: true }))
  const call = open(data, 'PUT', query, agent.agent)
  const answer = answered(call)
  answer.catch(() => call.destroy())
  // A refusal comes before all is sent, and then says more than the broken pipe.
  const [outcome, sent] = await Promise.allSettled([answer, pipeline(archive, call)])
  if (outcome.status === 'rejected') throw outcome.reason
  const totals = totalsSchema.parse(JSON.parse(await textOf(outcome.value)))
  if (sent.status === 'rejected') throw sent.reason
  return totals
}

function open(data: string, method: string, query: VolumeQuery, agent: Agent | false = false) {
  const path = `${VOLUME_PATH}?${new URLSearchParams({ ...query })}`
  return request({ socketPath: controlPath(data), method, path, agent })
}

const disposable = (agent: Agent) => ({ agent, [Symbol.dispose]: () => agent.destroy() })

async function answered(call: ReturnType<typeof request>): Promise<IncomingMessage> {
  const [response] = (await once(call, 'response').catch((error: unknown) => {
    throw gone(error)
  })) as [IncomingMessage]
  if (response.statusCode === 200) return response
  throw refusalIn(await textOf(response))
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk
    if (text.length > MAX_ANSWER_BYTES) throw gone()
  }
  return text
}

function refusalIn(text: string): SkeinError {
  const parsed = refusalSchema.safeParse(JSON.parse(text))
  return parsed.success ? SkeinError.fromBody(parsed.data.error) : gone()
}

const gone = (cause?: unknown): SkeinError =>
  new SkeinError(
    'unavailable',
    { reason: 'not running on this data folder, or has just ended' },
    cause,
  )
