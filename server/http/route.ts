// A route is data: method, path, the action it is for and what it acts on. Routes can only be made by these four
// functions, so none exists without a rule, and a handler runs only after its rule has said yes.

import type { WebSocket } from 'ws'
import type { z } from 'zod'
import type { Method, Operation } from '#protocol/api/operation.ts'
import {
  type BodyOf,
  type HttpName,
  type OperationName,
  operations,
  type ParamName,
  type QueryOf,
  type SocketName,
} from '#protocol/api/operations.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { By } from '../identity/audit.ts'
import type { Person } from '../identity/credential.ts'
import type { Action, actions } from '../identity/policy.ts'
import { checked, SMALL_BODY_BYTES, STRANGER_BODY_BYTES } from './body.ts'
import type { Exchange } from './exchange.ts'
import type { HostName } from './host.ts'
import type { Door } from './ports.ts'
import { queryIn } from './query.ts'
import type { IdFor } from './repeats.ts'
import type { Reply, ReplyOf } from './reply.ts'
import { admit, type TargetName, type Targets } from './targets.ts'

export const API = '/api/v1'

export type OpenAction = {
  [A in Action]: (typeof actions)[A]['rule'] extends 'anyone' ? A : never
}[Action]
export type ClosedAction = Exclude<Action, OpenAction>
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
  /** The query as it came; handlers of HTTP have it checked, as `query`. */
  readonly search: URLSearchParams
  readonly person: Person | undefined
  /** For what the request makes: the same again where the request is repeated, also at another peer. */
  readonly idFor: IdFor
  /** A `Set-Cookie` line for this request's host; no token removes the cookie. */
  setCookie(token: string | undefined): string
}

export interface ClosedCall<Body, Target, Query = unknown> extends Call {
  readonly person: Person
  readonly body: Body
  readonly query: Query
  readonly target: Target
}

type Checked<S> = S extends z.ZodType ? z.output<S> : undefined
type Params<K extends OperationName> = {
  readonly params: { readonly [Name in ParamName<K>]: string }
}
/** What the handler of an operation gets. */
export type CallOf<K extends HttpName, Target> = Params<K> &
  ClosedCall<Checked<BodyOf<K>>, Target, Checked<QueryOf<K>>>
export type OpenCallOf<K extends HttpName> = Params<K> &
  Call & { readonly body: Checked<BodyOf<K>>; readonly query: Checked<QueryOf<K>> }

/** What the door does with an accepted WebSocket. It must not throw. */
export type Attend = (socket: WebSocket) => void

interface RouteFacts {
  readonly method: Method
  /** Below `/api/v1`, with `:name` for parameters. */
  readonly path: string
  readonly action: Action
  readonly target: TargetName
  /** What it takes and answers. */
  readonly operation: Operation
}

export interface HttpRoute extends RouteFacts {
  readonly isSocket: false
  /** Bytes; 0 for a route that takes none. */
  readonly maxBodyBytes: number
  /** Bytes of any size pass through, so that nothing of it is kept for a repeated request. */
  readonly isStreamed: boolean
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
export function route<K extends HttpName, N extends TargetName = 'none'>(
  name: K,
  spec: {
    action: ClosedAction
    target?: N
    /** When it is not a small one. */
    maxBodyBytes?: number
    handle(door: Door, call: CallOf<K, Targets[N]>): Promise<ReplyOf<K>> | ReplyOf<K>
  },
): HttpRoute {
  const { maxBodyBytes = SMALL_BODY_BYTES } = spec
  const all = facts(name, spec)
  return {
    ...{ ...all, isSocket: false, isStreamed: false },
    maxBodyBytes: all.operation.body === undefined ? 0 : maxBodyBytes,
    admit(door, call) {
      const target = admit(door.records, all.target, call.params.id, spec.action, call.person)
      const person = signedIn(call)
      return async (raw) => {
        const asked = { ...call, person, target, ...checkedOf(all.operation, call, raw) }
        return spec.handle(door, asked as CallOf<K, Targets[N]>)
      }
    },
  }
}

/** For everyone, signed in or not. */
export function openRoute<K extends HttpName>(
  name: K,
  spec: {
    action: OpenAction
    handle(door: Door, call: OpenCallOf<K>): Promise<ReplyOf<K>> | ReplyOf<K>
  },
): HttpRoute {
  const all = facts(name, spec)
  return {
    ...{ ...all, isSocket: false, isStreamed: false },
    maxBodyBytes: all.operation.body === undefined ? 0 : STRANGER_BODY_BYTES,
    admit(door, call) {
      return async (raw) => {
        const asked = { ...call, ...checkedOf(all.operation, call, raw) }
        return spec.handle(door, asked as OpenCallOf<K>)
      }
    },
  }
}

/** For people who are signed in, with bytes that are passed on as they come, in either direction. */
export function streamRoute<K extends HttpName, N extends TargetName = 'none'>(
  name: K,
  spec: {
    action: ClosedAction
    target?: N
    handle(
      door: Door,
      call: Omit<CallOf<K, Targets[N]>, 'body'>,
      exchange: Exchange,
    ): Promise<ReplyOf<K>>
  },
): HttpRoute {
  const all = facts(name, spec)
  return {
    ...{ ...all, isSocket: false, isStreamed: true },
    maxBodyBytes: 0,
    admit(door, call, exchange) {
      const target = admit(door.records, all.target, call.params.id, spec.action, call.person)
      const person = signedIn(call)
      return async () => {
        const asked = { ...call, person, target, ...checkedOf(all.operation, call, undefined) }
        return spec.handle(door, asked as CallOf<K, Targets[N]>, exchange)
      }
    },
  }
}

/** A WebSocket for people who are signed in. */
export function socketRoute<N extends TargetName = 'none'>(
  name: SocketName,
  spec: {
    action: ClosedAction
    target?: N
    takesTickets?: true
    isResumed?: true
    /** As what somebody is let in, where that makes a difference. */
    as?(call: ClosedCall<undefined, Targets[N]>): string
    handle(door: Door, call: ClosedCall<undefined, Targets[N]>): Attend
  },
): SocketRoute {
  const all = facts(name, spec)
  const admitted = (door: Door, call: Call): ClosedCall<undefined, Targets[N]> => {
    const target = admit(door.records, all.target, call.params.id, spec.action, call.person)
    return { ...call, person: signedIn(call), target, body: undefined, query: undefined }
  }
  return {
    ...all,
    isSocket: true,
    takesTickets: spec.takesTickets ?? false,
    isResumed: spec.isResumed ?? false,
    admit: (door, call) => spec.handle(door, admitted(door, call)),
    admittedAs(door, call) {
      try {
        const asked = admitted(door, call)
        return spec.as?.(asked) ?? ''
      } catch {
        return undefined
      }
    },
  }
}

/** Body and query as the table has them. Throws `bad_request` that names the field. */
const checkedOf = ({ body, query }: Operation, { search }: Call, raw: unknown) => ({
  query: query && checked(query, queryIn(query, search)),
  body: body && checked(body, raw),
})

function facts<N extends TargetName = 'none'>(
  name: OperationName,
  { action, target }: { action: Action; target?: N },
): RouteFacts & { readonly target: N } {
  const [method, path] = name.split(' ') as [Method, string]
  const operation: Operation = operations[name]
  return { method, path, action, target: (target ?? 'none') as N, operation }
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
