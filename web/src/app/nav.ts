// The places one can go to from anywhere.

import {
  Boxes,
  LayoutTemplate,
  type LucideIcon,
  Network,
  ScrollText,
  UserRound,
  UsersRound,
  Variable,
} from 'lucide-react'
import type { Me } from '#protocol/api/people.ts'
import { can } from '../api/session.ts'
import { words } from '../words.ts'

export interface Place {
  readonly to:
    | '/spaces'
    | '/templates'
    | '/people'
    | '/variables'
    | '/cluster'
    | '/audit'
    | '/account'
  readonly label: string
  readonly icon: LucideIcon
  readonly keys?: string
}

const everyone: readonly Place[] = [
  { to: '/spaces', label: words.nav.spaces, icon: Boxes, keys: 'g s' },
  { to: '/templates', label: words.nav.templates, icon: LayoutTemplate, keys: 'g t' },
]

const administrators: readonly Place[] = [
  { to: '/people', label: words.nav.people, icon: UsersRound },
  { to: '/variables', label: words.nav.variables, icon: Variable },
  { to: '/cluster', label: words.nav.cluster, icon: Network, keys: 'g c' },
  { to: '/audit', label: words.nav.audit, icon: ScrollText },
]

export const allPlaces: readonly Place[] = [...everyone, ...administrators]

export const accountPlace: Place = {
  to: '/account',
  label: words.nav.account,
  icon: UserRound,
}

/** What one must be allowed to see of a place. */
const needed: Partial<Record<Place['to'], readonly string[]>> = {
  '/people': ['user.list', 'group.list', 'role.list', 'invitation.list'],
  '/variables': ['variable.list', 'variable.listGroup', 'registry.list'],
  '/cluster': ['peer.list'],
  '/audit': ['audit.read'],
}

export const placesFor = (me: Me): readonly Place[] =>
  allPlaces.filter(
    ({ to }) =>
      (to === '/people' && me.manages.length > 0) ||
      (needed[to]?.some((permission) => can(me, permission)) ?? true),
  )
