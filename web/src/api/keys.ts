// The names under which answers are kept, and which of them a live topic makes stale.

export const keys = {
  me: ['me'],
  setup: ['setup'],
  login: (id: string) => ['login', id],
  sessions: ['sessions'],
  sshKeys: ['ssh-keys'],
  tokens: ['tokens'],
  sshDoor: ['ssh-door'],
  spaces: ['spaces'],
  space: (id: string) => ['space', id],
  timeline: (id: string) => ['timeline', id],
  terminals: (id: string) => ['terminals', id],
  files: (id: string) => ['files', id],
  folder: (id: string, path: string) => ['files', id, path],
  /** Not one of the folder’s: what is open is not fetched again with it. */
  file: (id: string, path: string, run: number | string) => ['file', id, path, String(run)],
  startupLog: (id: string) => ['startup-log', id],
  templates: ['templates'],
  template: (id: string) => ['template', id],
  templateVersion: (id: string, versionId: string) => ['template', id, versionId],
  templateSchema: ['template-schema'],
  templatePlan: (wish: string) => ['template-plan', wish],
  starters: ['starters'],
  users: ['users'],
  user: (id: string) => ['user', id],
  groups: ['groups'],
  group: (id: string) => ['groups', id],
  roles: ['roles'],
  invitations: ['invitations'],
  factor: ['factor'],
  variables: (scope: string) => ['variables', scope],
  registries: ['registries'],
  hosts: ['hosts'],
  placement: (query: string) => ['placement', query],
  peers: ['peers'],
  audit: (query: string) => ['audit', query],
  auditReport: ['audit-report'],
} as const

export type Key = readonly string[]

/** A key stands for all keys that it is the beginning of. An unknown topic makes nothing stale. */
export function staleAfter(topic: string): readonly Key[] {
  const [kind = '', id] = topic.split(':')
  switch (kind) {
    case 'spaces':
      return [keys.spaces]
    case 'space':
      return id ? [keys.space(id), keys.spaces] : []
    case 'timeline':
      return id ? [keys.timeline(id)] : []
    case 'terminals':
      return id ? [keys.terminals(id)] : []
    case 'templates':
      return [keys.templates, ['template'], ['template-plan']]
    case 'users':
      return [keys.users, ['user'], keys.me]
    case 'groups':
      return [keys.groups, keys.users, ['user'], keys.me]
    case 'roles':
      return [keys.roles, keys.users, ['user'], keys.me]
    case 'invitations':
      return [keys.invitations]
    case 'variables':
      return [['variables']]
    case 'group-variables':
      return [['variables']]
    case 'registries':
      return [keys.registries]
    case 'hosts':
      return [keys.hosts, ['placement']]
    case 'peers':
      return [keys.peers]
    default:
      return []
  }
}
