// A space as a person names it: its name, OWNER/NAME where several have it, or its id.

import { SkeinError } from '#protocol/errors.ts'
import { isId } from '#protocol/ids.ts'
import { meSchema, type RemoteSpace, spacesSchema } from './answers.ts'
import type { Remote } from './remote.ts'

export interface SpaceWish {
  readonly name?: string
  readonly owner?: string
  readonly id?: string
}

/** Throws `name_invalid` for what names nothing. `.skein`, the ending of the ssh hosts, may stand behind a name. */
export function parseSpace(text: string): SpaceWish {
  if (isId(text)) return { id: text }
  const bare = text.replace(/\.skein$/, '')
  const [, owner, name = ''] = /^(?:([a-z0-9-]+)[/+])?([a-z0-9-]+)$/.exec(bare) ?? []
  if (name === '') throw new SkeinError('name_invalid', { name: text.slice(0, 100) })
  return owner === undefined ? { name } : { owner, name }
}

/** Rejects with `not_found`, `space_unclear`, `name_invalid`. One's own space wins over somebody else's. */
export async function findSpace(remote: Remote, text: string): Promise<RemoteSpace> {
  const wish = parseSpace(text)
  const { spaces } = await remote.call('GET /spaces', { answer: spacesSchema })
  const fitting = spaces.filter((space) => fits(space, wish))
  if (fitting.length <= 1) return only(fitting, text)
  const { user } = await remote.call('GET /me', { answer: meSchema })
  return only(
    fitting.filter(({ owner }) => owner.id === user.id),
    text,
    fitting.length,
  )
}

/** Rejects with `space_not_running` and how to start it. */
export async function findRunning(remote: Remote, name: string): Promise<RemoteSpace> {
  const space = await findSpace(remote, name)
  if (space.state === 'running' || space.state === 'starting') return space
  throw new SkeinError('space_not_running', { state: space.state })
}

function fits({ id, name, owner }: RemoteSpace, wish: SpaceWish): boolean {
  if (wish.id !== undefined) return id === wish.id
  return name === wish.name && (wish.owner === undefined || owner.name === wish.owner)
}

function only(spaces: readonly RemoteSpace[], text: string, count = 0): RemoteSpace {
  const [space, ...rest] = spaces
  if (space && rest.length === 0) return space
  if (count > 1) throw new SkeinError('space_unclear', { name: text, count })
  throw new SkeinError('not_found', { thing: `space “${text}”` })
}
