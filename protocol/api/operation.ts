// What the table of the API says of one operation. Its name is method and path, `GET /users/:id`; the path lies below
// `/api/v1`.

import type { z } from 'zod'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Named = `${Method} /${string}`

/** Bytes of one of these content types, in place of JSON. */
export interface Bytes {
  readonly bytes: readonly string[]
}

export interface Operation {
  readonly body?: z.ZodType
  readonly query?: z.ZodObject
  /** The body is bytes of one of these content types. */
  readonly takes?: Bytes
  /** By status. `null`: an answer without a body. Errors are problem documents everywhere. */
  readonly answers: { readonly [status: number]: z.ZodType | Bytes | null }
  readonly isSocket?: true
}

export type Table = Readonly<Record<Named, Operation>>

export const BINARY = { bytes: ['application/octet-stream'] } as const
export const TAR = { bytes: ['application/x-tar'] } as const

/** A WebSocket. */
export const SOCKET = { isSocket: true, answers: { 101: null } } as const

/** It was done, and there is nothing to say. */
export const DONE = { 204: null } as const
