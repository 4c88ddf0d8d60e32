// A route is data: method, path, the action it is for and what it acts on. Routes can only be made by these four
// functions, so none exists without a rule, and a handler runs only after its rule has said yes.

import type { WebSocket } from 'ws'
import type { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import type { By } from '../identity/audit.ts'
import type { Person } from '../identity/credential.ts'
import type { Action, actions } from '../identity/policy.ts'
import { checked, SMALL_BODY_BYTES, STRANGER_BODY_BYTES } from './body.ts'
import type { Exchange } from './exchange.ts'
import type { HostName } from './host.ts'
import type { Door } from './ports.ts'
import type { IdFor } from './repeats.ts'
import type { Reply } from './reply.ts'
import { admit, type TargetName, type Targets } from './targets.ts'

export const API = '/api/v1'

export type OpenAction = {
  [A in Action]: (typeof actions)[A]['rule'] extends 'anyone' ? A : never
}[Action]
export type ClosedAction = Exclude<Action, OpenAction>
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One request as a handler sees it. */
export interface Call {
  readonly requestId: string
  /** The name by which the request calls us. */
  readonly host: HostName
  readonly address: string
  /** The name or address by which we were called; an IPv6 address keeps its brackets. */
  readonly hostName: string
  /** Of the page that sent it, as its browser says. */
  readonly origin?: string | undefined
  /** The browser's or program's own name for itself. */
  readonly client: string
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly person: Person | undefined
  /** For what the request makes: the same again where the request is repeated, also at another peer. */
  readonly idFor: IdFor
  /** A `Set-Cookie` line for this request's host; no token removes the cookie. */
  setCookie(token: string | undefined): string
}

export interface ClosedCall<Body, Target> extends Call {
  readonly person: Person
  readonly body: Body
  readonly target: Target
}

/** What the door does with an accepted WebSocket. It must not throw. */
export type Attend = (socket: WebSocket) => void

interface RouteFacts {
  readonly method: Method
  /** Below `/api/v1`, with `:name` for parameters. */
  readonly path: string
  readonly action: Action
  readonly target: TargetName
}

export interface HttpRoute extends RouteFacts {
  readonly isSocket: false
  /** Bytes; 0 for a route that takes none. */
  readonly maxBodyBytes: number
  /** Bytes of any size pass through, so that nothing of it is kept for a repeated request. */
  readonly isStreamed: boolean
  /** For the description of the API; the handler checks the query itself. */
  readonly body?: z.ZodType
  readonly query?: z.ZodObject
  /** Checks the rule, then gives the work that is still to do with the parsed body. */
  admit(door: Door, call: Call, exchange: Exchange): (body: unknown) => Promise<Reply>
}

export interface SocketRoute extends RouteFacts {
  readonly isSocket: true
  /** A page of another peer may open it with a ticket. */
  readonly takesTickets: boolean
  /** What it carries goes on over another one, through whichever peer. */
  readonly isResumed: boolean
  /** Checks the rule and the query, then gives what to do with the socket. */
  admit(door: Door, call: Call): Attend
  /** As what whoever asks is let in now; undefined when they no longer are. It ends when that changes. */
  admittedAs(door: Door, call: Call): string | undefined
}

export type Route = HttpRoute | SocketRoute

/** For people who are signed in. */
export function route<
  N extends TargetName = 'none',
  S extends z.ZodType = z.ZodType<undefined>,
>(spec: {
  method: Method
  path: string
  action: ClosedAction
  target?: N
  body?: S
  query?: z.ZodObject
  /** When it is not a small one. */
  maxBodyBytes?: number
  handle(door: Door, call: ClosedCall<z.output<S>, Targets[N]>): Promise<Reply> | Reply
}): HttpRoute {
  const name = (spec.target ?? 'none') as N
  return {
    ...facts(spec),
    isSocket: false,
    isStreamed: false,
    ...described(spec),
    maxBodyBytes: spec.body === undefined ? 0 : (spec.maxBodyBytes ?? SMALL_BODY_BYTES),
    admit(door, call) {
      const target = admit(door.records, name, call.params.id, spec.action, call.person)
      const person = signedIn(call)
      return async (raw) => {
        const body = (spec.body ? checked(spec.body, raw) : undefined) as z.output<S>
        return spec.handle(door, { ...call, person, target, body })
      }
    },
  }
}

/** For everyone, signed in or not. */
export function openRoute<S extends z.ZodType = z.ZodType<undefined>>(spec: {
  method: Method
  path: string
  action: OpenAction
  body?: S
  handle(door: Door, call: Call & { readonly body: z.output<S> }): Promise<Reply> | Reply
}): HttpRoute {
  return {
    ...facts(spec),
    isSocket: false,
    isStreamed: false,
    ...described(spec),
    maxBodyBytes: spec.body === undefined ? 0 : STRANGER_BODY_BYTES,
    admit(door, call) {
      return async (raw) => {
        const body = (spec.body ? checked(spec.body, raw) : undefined) as z.output<S>
        return spec.handle(door, { ...call, body })
      }
    },
  }
}

/** For people who are signed in, with bytes that are passed on as they come, in either direction. */
export function streamRoute<N extends TargetName = 'none'>(spec: {
  method: Method
  path: string
  action: ClosedAction
  target?: N
  handle(
    door: Door,
    call: Omit<ClosedCall<undefined, Targets[N]>, 'body'>,
    exchange: Exchange,
  ): Promise<Reply>
}): HttpRoute {
  const name = (spec.target ?? 'none') as N
  return {
    ...facts(spec),
    isSocket: false,
    isStreamed: true,
    maxBodyBytes: 0,
    admit(door, call, exchange) {
      const target = admit(door.records, name, call.params.id, spec.action, call.person)
      const person = signedIn(call)
      return () => spec.handle(door, { ...call, person, target }, exchange)
    },
  }
}

/** A WebSocket for people who are signed in. */
export function socketRoute<N extends TargetName = 'none'>(spec: {
  path: string
  action: ClosedAction
  target?: N
  takesTickets?: true
  isResumed?: true
  /** As what somebody is let in, where that makes a difference. */
  as?(call: ClosedCall<undefined, Targets[N]>): string
  handle(door: Door, call: ClosedCall<undefined, Targets[N]>): Attend
}): SocketRoute {
  const name = (spec.target ?? 'none') as N
  return {
    ...facts({ ...spec, method: 'GET' }),
    isSocket: true,
    takesTickets: spec.takesTickets ?? false,
    isResumed: spec.isResumed ?? false,
    admit(door, call) {
      const target = admit(door.records, name, call.params.id, spec.action, call.person)
      return spec.handle(door, { ...call, person: signedIn(call), target, body: undefined })
    },
    admittedAs(door, call) {
      try {
        const target = admit(door.records, name, call.params.id, spec.action, call.person)
        return spec.as?.({ ...call, person: signedIn(call), target, body: undefined }) ?? ''
      } catch {
        return undefined
      }
    },
  }
}

const described = ({ body, query }: { body?: z.ZodType; query?: z.ZodObject }) => ({
  ...(body && { body }),
  ...(query && { query }),
})

function facts(spec: {
  method: Method
  path: string
  action: Action
  target?: TargetName
}): RouteFacts {
  const { method, path, action, target = 'none' } = spec
  return { method, path, action, target }
}

function signedIn({ person }: Call): Person {
  if (!person) throw new SkeinError('not_signed_in')
  return person
}

export const by = ({ person, address }: { person: Person; address: string }): By => ({
  actor: person.actor,
  address,
  credential: { kind: person.credential.kind, id: person.credential.id },
  ...(person.credential.kind === 'token' && { tokenId: person.credential.id }),
})
