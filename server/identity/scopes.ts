// What a token of less than everything may do of what its owner may. Actions that no scope names need `all`.

import type { TokenScope } from '#protocol/api/token-scopes.ts'
import type { Action } from './policy.ts'

/** Whatever it is for, a token may ask whose it is, and revoke itself. */
const always = ['me.see', 'token.see', 'token.revoke'] as const satisfies readonly Action[]

const seeing = [
  'space.list',
  'space.see',
  'template.list',
  'template.see',
  'peer.urls',
  'ssh.see',
  'live.watch',
] as const satisfies readonly Action[]

const running = [...seeing, 'space.run'] as const satisfies readonly Action[]
const entering = [...seeing, 'space.watch', 'space.enter'] as const satisfies readonly Action[]

const narrowed: Readonly<Record<Exclude<TokenScope, 'all'>, readonly Action[]>> = {
  read: [
    ...seeing,
    'key.list',
    'token.list',
    'user.list',
    'user.see',
    'group.list',
    'group.listOwn',
    'group.see',
    'role.list',
    'invitation.list',
    'host.list',
    'peer.list',
    'factor.see',
    'variable.list',
    'variable.listGroup',
    'variable.listOwn',
    'registry.list',
  ],
  run: running,
  enter: entering,
  spaces: [...running, ...entering, 'space.create', 'space.update', 'space.delete', 'space.share'],
  audit: ['audit.read'],
}

const allowed = new Map<TokenScope, ReadonlySet<Action>>(
  Object.entries(narrowed).map(([scope, actions]) => [
    scope as TokenScope,
    new Set<Action>([...always, ...actions]),
  ]),
)

/** Whether any of the scopes covers the action. */
export const covers = (scopes: readonly TokenScope[], action: Action): boolean =>
  scopes.some((scope) => scope === 'all' || allowed.get(scope)?.has(action) === true)
