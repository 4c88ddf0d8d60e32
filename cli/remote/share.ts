// `skein spaces share|unshare`: with whom, and as what.

import { type ShareLevel, shareLevels } from '#protocol/api/sharing-names.ts'
import { SkeinError } from '#protocol/errors.ts'
import { print } from '../output.ts'
import { spaceSchema } from './answers.ts'
import { findSpace } from './find-space.ts'
import type { Remote } from './remote.ts'

export interface ShareOptions {
  readonly as?: string
  readonly group?: true
}

/** Rejects with `bad_request` for a level that there is not. */
export async function share(
  remote: Remote,
  space: string,
  name: string,
  { as = 'user', group }: ShareOptions,
): Promise<number> {
  const level = shareLevels.find((one) => one === as)
  if (!level) {
    const reason = `--as takes ${shareLevels.join(', ')}`
    throw new SkeinError('bad_request', { field: '--as', reason })
  }
  return put(remote, space, { kind: group ? 'group' : 'user', name, level })
}

export const unshare = (
  remote: Remote,
  space: string,
  name: string,
  { group }: ShareOptions,
): Promise<number> => put(remote, space, { kind: group ? 'group' : 'user', name, level: null })

interface Wish {
  readonly kind: 'user' | 'group'
  readonly name: string
  readonly level: ShareLevel | null
}

async function put(remote: Remote, space: string, body: Wish): Promise<number> {
  const { id } = await findSpace(remote, space)
  const answer = await remote.call('PUT /spaces/:id/shares', {
    params: { id },
    body,
    answer: spaceSchema,
  })
  const { name, level } = body
  print(remote.asJson, answer, () =>
    level === null
      ? `${name} is let into ${answer.name} no longer.`
      : `${name} is let into ${answer.name} as ${level}.`,
  )
  return 0
}
