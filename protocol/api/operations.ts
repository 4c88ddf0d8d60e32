// The table of the API: for each operation what it takes and what it answers. The server's routes, its description of
// itself, the page and the command line all go by it.

import type { z } from 'zod'
import type { Bytes } from './operation.ts'
import { accountOperations } from './operations/account.ts'
import { clusterOperations } from './operations/cluster.ts'
import { fileOperations } from './operations/files.ts'
import { peopleOperations } from './operations/people.ts'
import { sessionOperations } from './operations/sessions.ts'
import { spaceOperations } from './operations/spaces.ts'
import { templateOperations } from './operations/templates.ts'
import { variableOperations } from './operations/variables.ts'
import type { Shown } from './shown.ts'

export const operations = {
  ...sessionOperations,
  ...accountOperations,
  ...peopleOperations,
  ...variableOperations,
  ...templateOperations,
  ...spaceOperations,
  ...fileOperations,
  ...clusterOperations,
}
export type Operations = typeof operations
/** `GET /users/:id`. */
export type OperationName = keyof Operations

export type SocketName = {
  [K in OperationName]: Operations[K] extends { readonly isSocket: true } ? K : never
}[OperationName]
export type HttpName = Exclude<OperationName, SocketName>

type Answers<K extends OperationName> = Operations[K]['answers']

/** Those that give bytes. */
export type BytesName = {
  [K in HttpName]: Extract<Answers<K>[keyof Answers<K>], Bytes> extends never ? never : K
}[HttpName]

/** Those that take and give JSON, or nothing. */
export type JsonName = Exclude<
  { [K in HttpName]: Operations[K] extends { readonly takes: Bytes } ? never : K }[HttpName],
  BytesName
>

/** The names in its path: `id`. */
export type ParamName<K extends string> = K extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamName<`/${Rest}`>
  : K extends `${string}:${infer Name}`
    ? Name
    : never

export type BodyOf<K extends OperationName> = Operations[K] extends {
  readonly body: infer S extends z.ZodType
}
  ? S
  : undefined
export type QueryOf<K extends OperationName> = Operations[K] extends {
  readonly query: infer S extends z.ZodObject
}
  ? S
  : undefined

/** What is answered when it was done, for who checks it again; undefined where there is nothing to say. */
export type ToldBy<K extends OperationName> = {
  [S in keyof Answers<K>]: Answers<K>[S] extends z.ZodType ? z.output<Answers<K>[S]> : undefined
}[keyof Answers<K>]

/** What is answered when it was done; undefined where there is nothing to say. */
export type AnswerOf<K extends OperationName> = {
  [S in keyof Answers<K>]: Answers<K>[S] extends z.ZodType ? Shown<Answers<K>[S]> : undefined
}[keyof Answers<K>]
