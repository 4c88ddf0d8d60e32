// The API of one server as a client of the torture uses it: every answer within a time or none, and each request under an
// Idempotency-Key, so that it may be sent again.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from './server.ts'

const PATIENCE_MS = 3_000
const AGAIN_MS = 400
/** A request is sent so often at most, where no answer comes. */
const ATTEMPTS = 2
const COOKIE = 'skein-plain'

export interface Answer {
  readonly outcome: 'ok' | 'refused' | 'unknown'
  readonly status: number
  readonly body: unknown
  readonly attempts: number
  readonly startMs: number
  readonly endMs: number
}

interface Once {
  /** 0 where no answer came; -1 where nothing can have been sent. */
  readonly status: number
  readonly body: unknown
}

export class Door {
  readonly server: Server
  cookie: string

  constructor(server: Server, cookie = '') {
    this.server = server
    this.cookie = cookie
  }

  get peer(): string {
    return this.server.name
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    { attempts: most = ATTEMPTS }: { attempts?: number } = {},
  ): Promise<Answer> {
    const key = randomUUID()
    const startMs = performance.now()
    let once = await this.#send(method, path, body, key)
    let attempts = once.status < 0 ? 0 : 1
    for (let i = 1; i < most && once.status === 0; i++) {
      await sleep(AGAIN_MS)
      once = await this.#send(method, path, body, key)
      if (once.status >= 0) attempts += 1
    }
    const outcome = outcomeOf(once.status, attempts)
    return { ...once, outcome, attempts, startMs, endMs: performance.now() }
  }

  async #send(method: string, path: string, body: unknown, key: string): Promise<Once> {
    const headers: Record<string, string> = {
      origin: this.server.url,
      cookie: this.cookie,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(method !== 'GET' && { 'idempotency-key': key }),
    }
    try {
      const answer = await fetch(`${this.server.url}/api/v1${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(PATIENCE_MS),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      this.#keep(answer.headers)
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
    } catch (error) {
      return { status: isNeverSent(error) ? -1 : 0, body: undefined }
    }
  }

  #keep(headers: Headers): void {
    const line = headers.getSetCookie().find((one) => one.startsWith(`${COOKIE}=`))
    if (line) this.cookie = line.split(';')[0] ?? ''
  }
}

/** After an attempt without an answer a refusal says nothing: it may be that attempt that stands in the way. */
function outcomeOf(status: number, attempts: number): Answer['outcome'] {
  if (status >= 200 && status < 300) return 'ok'
  if (attempts === 0) return 'refused'
  return status >= 400 && status < 500 && attempts === 1 ? 'refused' : 'unknown'
}

function isNeverSent(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return code === 'ECONNREFUSED'
}
