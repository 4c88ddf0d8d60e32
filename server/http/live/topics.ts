// Which topics of protocol/api/live.ts a change touches, and who may hear of them. Pure.

import { type Id, isId, type SpaceId, type UserId } from '#protocol/ids.ts'
import { may, type Subject } from '../../identity/policy.ts'

/** One thing that changed. `ownerId` is known where only the owner and administrators may hear of it. */
export interface Dirty {
  readonly topic: string
  readonly ownerId?: UserId
}

const PER_SPACE = ['space', 'timeline', 'terminals'] as const
export type SpaceTopic = (typeof PER_SPACE)[number]

/** The kind and id of a topic, or undefined when there is no such topic. */
export function parseTopic(topic: string): { kind: string; spaceId?: SpaceId } | undefined {
  if (['spaces', 'templates', 'users', 'hosts'].includes(topic)) return { kind: topic }
  const [kind = '', id = '', ...rest] = topic.split(':')
  const fits = rest.length === 0 && PER_SPACE.some((one) => one === kind) && isId(id)
  return fits ? { kind, spaceId: id as Id<'space'> } : undefined
}

export function mayHear(subject: Subject, dirty: Dirty): boolean {
  switch (parseTopic(dirty.topic)?.kind) {
    case 'templates':
      return may(subject, 'template.list')
    case 'users':
      return may(subject, 'user.list')
    case 'hosts':
      return may(subject, 'host.list')
    case 'terminals':
      return may(subject, 'space.enter', dirty)
    case 'spaces':
    case 'space':
    case 'timeline':
      return may(subject, 'space.see', dirty)
    default:
      return false
  }
}
