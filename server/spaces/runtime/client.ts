// HTTP to a Docker engine, over its unix socket, TCP, TLS or ssh. Node’s own `http` is enough: the engine speaks plain JSON, and
// the usual library, dockerode, with its gRPC and ssh2 costs each peer 34 MB of memory at rest.

import { Agent, type IncomingMessage, request } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import { MAX_SSH_CONNECTIONS, SshAgent, type SshTarget } from './ssh-agent.ts'

/** What proves to an engine who we are, and to us which engine it is; PEM. */
export interface EngineTls {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

export interface EngineAddress {
  /** e.g. `/var/run/docker.sock`; or else a host and a port, or a way by ssh. */
  readonly socketPath?: string
  readonly host?: string
  readonly port?: number
  readonly tls?: EngineTls
  readonly ssh?: SshTarget
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD'
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** A tar archive, sent as it comes. */
  readonly archive?: Readable | Buffer
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** Connections kept to one engine; what is above waits in Node's queue. */
const MAX_SOCKETS = 64
/** The largest answer that is read whole, bytes: `docker ps` of 4,000 containers is about 6 MB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

export class EngineClient {
  readonly #address: Pick<EngineAddress, 'socketPath' | 'host' | 'port'>
  readonly #agent: Agent
  readonly #request: typeof request
  #prefix = ''

  constructor({ tls, ssh, ...address }: EngineAddress) {
    // By ssh there is no name to look up: the program at the other end knows its engine.
    this.#address = ssh ? { host: 'docker' } : address
    this.#agent = agentOf({ tls, ssh })
    this.#request = tls ? tlsRequest : request
  }

  /** Every later call asks for this version of the API, e.g. `1.41`. */
  speakVersion(version: string): void {
    this.#prefix = `/v${version}`
  }

  /** The answer's JSON, or undefined when it has none. Rejects with `engine_unreachable` or `engine_refused`. */
  async json(call: Call): Promise<unknown> {
    const { body } = await this.text(call)
    if (body === '') return undefined
    try {
      return JSON.parse(body)
    } catch (cause) {
      throw new SkeinError('engine_refused', { reason: 'its answer is not JSON' }, cause)
    }
  }

  async text(call: Call): Promise<{ body: string; headers: IncomingMessage['headers'] }> {
    const deadline = AbortSignal.timeout(call.timeoutMs)
    const response = await this.#send(call, anySignal(call.signal, deadline))
    try {
      const body = await readAll(response)
      refuseStatus(response, body.toString())
      return { body: body.toString(), headers: response.headers }
    } catch (caught) {
      throw asEngineError(caught, call)
    }
  }

  /**
   * The answer's body as it comes; `timeoutMs` is the time to its head. Whoever asked destroys it, or aborts the
   * signal.
   */
  async stream(call: Call): Promise<Readable> {
    const patience = new AbortController()
    const timer = setTimeout(() => patience.abort(timeoutError()), call.timeoutMs)
    try {
      const response = await this.#send(call, anySignal(call.signal, patience.signal))
      if ((response.statusCode ?? 0) >= 400) {
        refuseStatus(response, (await readAll(response)).toString())
      }
      return response
    } catch (caught) {
      throw asEngineError(caught, call)
    } finally {
      clearTimeout(timer)
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  #send(call: Call, signal: AbortSignal): Promise<IncomingMessage> {
    const body = call.json === undefined ? undefined : JSON.stringify(call.json)
    const type = call.archive === undefined ? 'application/json' : 'application/x-tar'
    const headers = body === undefined && call.archive === undefined ? {} : { 'Content-Type': type }
    return new Promise((resolve, reject) => {
      const fail = (caught: unknown) => reject(asEngineError(caught, call))
      const outgoing = this.#request({
        ...this.#address,
        agent: this.#agent,
        method: call.method,
        path: `${this.#prefix}${call.path}${queryText(call.query)}`,
        headers: { ...headers, ...call.headers },
        signal,
      })
      outgoing.on('response', resolve)
      outgoing.on('error', fail)
      if (call.archive === undefined || Buffer.isBuffer(call.archive)) {
        outgoing.end(body ?? call.archive)
      } else {
        call.archive.on('error', (error) => outgoing.destroy(error))
        call.archive.pipe(outgoing)
      }
    })
  }
}

function agentOf({ tls, ssh }: { tls: EngineTls | undefined; ssh: SshTarget | undefined }): Agent {
  const kept = { keepAlive: true, maxSockets: MAX_SOCKETS }
  if (ssh) return new SshAgent(ssh, { keepAlive: true, maxSockets: MAX_SSH_CONNECTIONS })
  return tls ? new TlsAgent({ ...kept, ...tls }) : new Agent(kept)
}

function queryText(query: Call['query']): string {
  const pairs = Object.entries(query ?? {}).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`
}

async function readAll(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length
    if (bytes > MAX_ANSWER_BYTES) {
      response.destroy()
      throw new SkeinError('engine_refused', {
        reason: `its answer is over ${MAX_ANSWER_BYTES} bytes`,
      })
    }
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

function refuseStatus(response: IncomingMessage, body: string): void {
  const status = response.statusCode ?? 0
  if (status < 400) return
  throw new SkeinError('engine_refused', { reason: messageOf(body) || `status ${status}`, status })
}

function messageOf(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) {
      return String(parsed.message)
    }
  } catch {
    // Proxies in front of an engine answer in plain text.
  }
  return body.slice(0, 500).trim()
}

/** The HTTP status that the engine refused with, or undefined for any other failure. */
export function refusedStatus(caught: unknown): number | undefined {
  if (!(caught instanceof SkeinError) || caught.code !== 'engine_refused') return undefined
  return typeof caught.details.status === 'number' ? caught.details.status : undefined
}

const anySignal = (signal: AbortSignal | undefined, deadline: AbortSignal): AbortSignal =>
  signal === undefined ? deadline : AbortSignal.any([signal, deadline])

const timeoutError = (): Error => new DOMException('The engine took too long.', 'TimeoutError')

/** A caller's own abort stays what it is; everything else that breaks a call means that the engine is not there. */
function asEngineError(caught: unknown, call: Call): unknown {
  if (caught instanceof SkeinError) return caught
  if (call.signal?.aborted === true) return call.signal.reason
  const name = caught instanceof Error ? caught.name : ''
  const slow = name === 'TimeoutError' || name === 'AbortError'
  const reason = slow
    ? `no answer to ${call.method} ${call.path} within ${call.timeoutMs / 1000} s`
    : caught instanceof Error
      ? caught.message
      : String(caught)
  return new SkeinError('engine_unreachable', { reason }, caught)
}
