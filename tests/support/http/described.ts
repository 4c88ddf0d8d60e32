// Whether an answer is what the API's description says: its status is one of the operation's, and its body what the schema
// takes, with no field left over. The description is drawn from the same table, so that it cannot lie.

import assert from 'node:assert/strict'
import type { Operation } from '#protocol/api/operation.ts'
import { type OperationName, operations } from '#protocol/api/operations.ts'

/** Those of which an answer was seen, in this process. */
export const seen = new Set<OperationName>()

const table = Object.entries(operations as Record<string, Operation>)
  .map(([name, operation]) => ({
    name: name as OperationName,
    operation,
    pattern: patternOf(name),
  }))
  // `/templates/schema` before `/templates/:id`.
  .toSorted((a, b) => a.name.split(':').length - b.name.split(':').length)

function patternOf(name: string): RegExp {
  const escaped = name.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/?]*')
  return new RegExp(`^${escaped}(\\?|$)`)
}

/** Throws where an answer to `path`, below `/api/v1`, is not as described. Errors are another matter. */
export function assertDescribed(
  { method, path }: { readonly method: string; readonly path: string },
  { status, body }: { readonly status: number; readonly body: unknown },
): void {
  if (status >= 300) return
  const found = table.find(({ pattern }) => pattern.test(`${method} ${path}`))
  if (!found) return
  const { name, operation } = found
  const answer = operation.answers[status]
  assert.notEqual(answer, undefined, `${name} answered ${status}, which is not described`)
  seen.add(name)
  if (!answer) assert.equal(body, undefined, `${name} answered more than ${status}`)
  if (!answer || 'bytes' in answer) return
  const parsed = answer.safeParse(body)
  assert.ok(parsed.success, `${name} is not as described: ${parsed.error?.message}`)
  assert.deepEqual(parsed.data, body, `${name} answered what is not described`)
}
