// Who may open a port: an icon and a word, and a warning's colour for what the world can see.

import { Globe, Lock, type LucideIcon, UserCheck, UsersRound } from 'lucide-react'
import type { Visibility } from '#protocol/api/sharing-names.ts'
import type { PortAccess } from '#protocol/api/spaces.ts'
import { cx } from '../parts/class.ts'
import { words } from '../words.ts'

export const visibilityIcons: Record<Visibility, LucideIcon> = {
  owner: Lock,
  people: UsersRound,
  'signed-in': UserCheck,
  public: Globe,
}

const tones: Record<Visibility, string> = {
  owner: 'text-ink-3',
  people: 'text-ink-2',
  'signed-in': 'text-ink-2',
  public: 'rounded bg-amber-soft px-1.5 py-0.5 font-medium text-amber',
}

export function VisibilityMark({ visibility = 'owner', people = [] }: Partial<PortAccess>) {
  const Icon = visibilityIcons[visibility]
  const { mark, text } = words.access.visibility[visibility]
  const names = people.map(({ name }) => name).join(', ')
  return (
    <span
      className={cx('inline-flex min-w-0 items-center gap-1.5 text-xs', tones[visibility])}
      title={names ? `${text} ${names}` : text}
    >
      <Icon aria-hidden="true" className="shrink-0" size={13} />
      <span className="truncate">{visibility === 'people' && names ? names : mark}</span>
    </span>
  )
}
