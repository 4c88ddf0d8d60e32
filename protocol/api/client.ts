// A request out of the table of the API: what does not fit it does not compile. Types alone come from the table, so that
// a page that is built with this holds no schema. How a request travels is its user's.

import type { z } from 'zod'
import type { Method } from './operation.ts'
import type { AnswerOf, BodyOf, JsonName, OperationName, ParamName, QueryOf } from './operations.ts'
import type { Fixed } from './shown.ts'

/** Below it the API lies. */
export const API = '/api/v1'

type Nothing = Record<never, never>

type WithParams<K extends OperationName> = [ParamName<K>] extends [never]
  ? Nothing
  : { readonly params: { readonly [Name in ParamName<K>]: string | number } }

type WithQuery<K extends OperationName> =
  QueryOf<K> extends z.ZodObject
    ? Nothing extends z.input<QueryOf<K>>
      ? { readonly query?: Fixed<z.input<QueryOf<K>>> }
      : { readonly query: Fixed<z.input<QueryOf<K>>> }
    : Nothing

type WithBody<K extends OperationName> =
  BodyOf<K> extends z.ZodType ? { readonly body: Fixed<z.input<BodyOf<K>>> } : Nothing

/** What makes an operation's address. */
export type Place<K extends OperationName> = WithParams<K> & WithQuery<K>
/** What a request of it must say. */
export type Given<K extends OperationName> = Place<K> & WithBody<K>

/** The last parameter may be left out where nothing must be said. */
export type Arguments<Given> = Nothing extends Given ? [given?: Given] : [given: Given]

/** A request as it is sent. */
export interface Asked {
  readonly method: Method
  /** Below `/api/v1`, with its query. */
  readonly path: string
  readonly body?: unknown
}

interface AnyGiven {
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

/** The address of an operation, below `/api/v1`. */
export const addressOf = <K extends OperationName>(name: K, ...[place]: Arguments<Place<K>>) =>
  filled(name, place ?? {})

/** As a browser or a program opens it at a server. */
export const urlOf = <K extends OperationName>(name: K, ...place: Arguments<Place<K>>) =>
  API + addressOf(name, ...place)

/** As `client.call` sends it. */
export function askedOf<K extends JsonName>(name: K, ...[given]: Arguments<Given<K>>): Asked {
  const { body }: AnyGiven = given ?? {}
  const method = name.slice(0, name.indexOf(' ')) as Method
  return { method, path: filled(name, given ?? {}), ...(body !== undefined && { body }) }
}

function filled(name: OperationName, { params = {}, query = {} }: AnyGiven): string {
  const path = name
    .slice(name.indexOf(' ') + 1)
    .replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''))
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([key, value]) => pairs(key, value)),
  ).toString()
  return search === '' ? path : `${path}?${search}`
}

/** A list is its name again and again; what is absent is left out. */
function pairs(key: string, value: unknown): [string, string][] {
  if (value === undefined) return []
  return Array.isArray(value) ? value.map((one) => [key, String(one)]) : [[key, String(value)]]
}

export interface Client<Extra> {
  /** Rejects as the transport does. */
  call<K extends JsonName>(name: K, ...given: Arguments<Given<K> & Extra>): Promise<AnswerOf<K>>
}

/** `send` gives the body of an answer that is not an error, as JSON or as undefined. */
export function createClient<Extra>(
  send: (asked: Asked, extra: Extra | undefined) => Promise<unknown>,
): Client<Extra> {
  return {
    call: async (name, ...[given]) =>
      (await send(askedOf(name, ...([given] as never)), given)) as AnswerOf<typeof name>,
  }
}
