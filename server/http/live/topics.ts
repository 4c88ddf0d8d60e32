// Which topics of protocol/api/live.ts a change touches, and who may hear of them. Pure.

import { isId } from '#protocol/ids.ts'
import { type Action, may, type Resource, type Subject } from '../../identity/policy.ts'

/** One thing that changed. `resource` is known where only those may hear of it who may see that. */
export interface Dirty {
  readonly topic: string
  readonly resource?: Resource
}

export type SpaceTopic = 'space' | 'timeline' | 'terminals'

/** What one must be allowed to do to hear of a topic. */
const whole: Readonly<Record<string, Action>> = {
  spaces: 'space.see',
  templates: 'template.list',
  users: 'user.list',
  groups: 'group.listOwn',
  roles: 'role.list',
  invitations: 'invitation.list',
  variables: 'variable.list',
  'group-variables': 'variable.listGroup',
  registries: 'registry.list',
  hosts: 'host.list',
  peers: 'peer.list',
}
const perSpace: Readonly<Record<SpaceTopic, Action>> = {
  space: 'space.see',
  timeline: 'space.see',
  terminals: 'space.watch',
}

/** The action that a topic stands for; undefined when there is no such topic. */
export function actionOf(topic: string): Action | undefined {
  if (Object.hasOwn(whole, topic)) return whole[topic]
  const [kind = '', id = '', ...rest] = topic.split(':')
  if (rest.length > 0 || !isId(id) || !Object.hasOwn(perSpace, kind)) return undefined
  return perSpace[kind as SpaceTopic]
}

export function mayHear(subject: Subject, dirty: Dirty): boolean {
  const action = actionOf(dirty.topic)
  return action !== undefined && may(subject, action, dirty.resource)
}
