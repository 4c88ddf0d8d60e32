// The places one can go to from anywhere.

import {
  Boxes,
  LayoutTemplate,
  type LucideIcon,
  Network,
  UserRound,
  UsersRound,
} from 'lucide-react'
import type { Role } from '#protocol/api/people.ts'
import { words } from '../words.ts'

export interface Place {
  readonly to: '/spaces' | '/templates' | '/people' | '/cluster' | '/account'
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
  { to: '/cluster', label: words.nav.cluster, icon: Network, keys: 'g c' },
]

export const accountPlace: Place = {
  to: '/account',
  label: words.nav.account,
  icon: UserRound,
}

export const placesFor = (role: Role): readonly Place[] =>
  role === 'administrator' ? [...everyone, ...administrators] : everyone
