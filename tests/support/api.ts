// The HTTP API as a test uses it: a signed-in client with one cookie, errors as SkeinError.

import { randomUUID } from 'node:crypto'
import type { User } from '#protocol/api/people.ts'
import type { CreateSpace, Intent, Space } from '#protocol/api/spaces.ts'
import type { Template, TemplateDetail } from '#protocol/api/templates.ts'
import type { TerminalInfo, TimelineStep } from '#protocol/api/timeline.ts'
import { type ErrorBody, SkeinError } from '#protocol/errors.ts'
import { eventually } from './eventually.ts'
import { assertDescribed } from './http/described.ts'

export const TEST_PASSWORD = 'correct horse battery'

export class Api {
  readonly url: string
  readonly #isOlder: boolean
  cookie = ''

  /** `isOlder`: of a version whose answers this one does not describe. */
  constructor(url: string, { isOlder = false } = {}) {
    this.url = url
    this.#isOlder = isOlder
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { origin: this.url, cookie: this.cookie }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (method !== 'GET') headers['idempotency-key'] = randomUUID()
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const cookie = answer.headers.getSetCookie().find((line) => line.includes('skein'))
    if (cookie) this.cookie = cookie.split(';')[0] ?? ''
    const text = await answer.text()
    const parsed: unknown = text === '' ? undefined : JSON.parse(text)
    if (!answer.ok) throw SkeinError.fromBody((parsed as { error: ErrorBody }).error)
    const told = { status: answer.status, body: parsed }
    if (!this.#isOlder) assertDescribed({ method, path }, told)
    return parsed as T
  }

  async setUp(token: string, username = 'ada'): Promise<void> {
    await this.call('POST', '/setup', { token, username, password: TEST_PASSWORD })
    if (this.cookie === '') await this.signIn(username)
  }

  async signIn(username: string, password = TEST_PASSWORD): Promise<void> {
    await this.call('POST', '/session', { username, password })
  }

  createTemplate(source: string): Promise<TemplateDetail> {
    return this.call('POST', '/templates', { source })
  }

  saveTemplate(id: string, source: string): Promise<TemplateDetail> {
    return this.call('PUT', `/templates/${id}`, { source })
  }

  async templates(): Promise<Template[]> {
    return (await this.call<{ templates: Template[] }>('GET', '/templates')).templates
  }

  async users(): Promise<User[]> {
    return (await this.call<{ users: User[] }>('GET', '/users')).users
  }

  createSpace(space: CreateSpace): Promise<Intent> {
    return this.call('POST', '/spaces', space)
  }

  space(id: string): Promise<Space> {
    return this.call('GET', `/spaces/${id}`)
  }

  async spaces(): Promise<Space[]> {
    return (await this.call<{ spaces: Space[] }>('GET', '/spaces')).spaces
  }

  async timeline(id: string): Promise<TimelineStep[]> {
    return (await this.call<{ steps: TimelineStep[] }>('GET', `/spaces/${id}/timeline`)).steps
  }

  async terminals(id: string): Promise<TerminalInfo[]> {
    return (await this.call<{ terminals: TerminalInfo[] }>('GET', `/spaces/${id}/terminals`))
      .terminals
  }

  act(id: string, action: 'start' | 'stop' | 'restart'): Promise<Intent> {
    return this.call('POST', `/spaces/${id}/${action}`)
  }

  /** Waits for a state; fails at once, with the reason, when the space fails instead. */
  async until(id: string, state: Space['state'], timeoutMs = 60_000): Promise<Space> {
    return await eventually(
      async () => {
        const space = await this.space(id)
        if (space.state === 'failed' && state !== 'failed') {
          throw new Error(`space failed: ${space.reason} ${JSON.stringify(space.failure)}`)
        }
        return space.state === state ? space : undefined
      },
      { timeoutMs, what: `space ${id} to be ${state}` },
    )
  }

  /** Deletes every space and waits until their containers are gone. */
  async deleteSpaces(): Promise<void> {
    for (const space of await this.spaces()) await this.call('DELETE', `/spaces/${space.id}`)
    await eventually(async () => (await this.spaces()).length === 0, {
      timeoutMs: 60_000,
      what: 'all spaces to be deleted',
    })
  }
}
