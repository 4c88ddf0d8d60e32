// Everything the palette can open or do, from what was fetched already.

import { useNavigate } from '@tanstack/react-router'
import {
  Cable,
  LayoutTemplate,
  type LucideIcon,
  Monitor,
  Moon,
  Play,
  Plus,
  Square,
  SquareTerminal,
  Sun,
} from 'lucide-react'
import type { Space } from '#protocol/api/spaces.ts'
import { can, useMe } from '../api/session.ts'
import { mayAsk } from '../api/space-action.ts'
import { askSpace, useSpaces } from '../api/spaces.ts'
import { mayEnter } from '../api/standing.ts'
import { useTemplates } from '../api/templates.ts'
import { words } from '../words.ts'
import { accountPlace, placesFor } from './nav.ts'
import type { PaletteItem } from './palette-items.ts'
import { prefer } from './preferences.ts'

export interface PaletteEntry extends PaletteItem {
  readonly icon: LucideIcon
  readonly run: () => void
}

export function usePaletteEntries(): readonly PaletteEntry[] {
  const spaces = useSpaceEntries()
  const fixed = useFixedEntries()
  const templates = useTemplateEntries()
  return [...spaces, ...fixed, ...templates]
}

function useSpaceEntries(): readonly PaletteEntry[] {
  const navigate = useNavigate()
  const me = useMe()
  return (useSpaces().data ?? []).flatMap((space: Space): PaletteEntry[] => {
    const params = { spaceId: space.id }
    const entry = (id: string, label: string, icon: LucideIcon, run: () => void) => ({
      id: `${id}:${space.id}`,
      group: id === 'terminal' ? ('space' as const) : ('action' as const),
      label,
      note: space.owner.id === me.user.id ? words.states[space.state] : space.owner.name,
      icon,
      run,
    })
    const ask = (action: 'start' | 'stop') => () => askSpace(space, action)
    const all = [
      entry('terminal', space.name, SquareTerminal, () => {
        void navigate({ to: '/spaces/$spaceId', params })
      }),
    ]
    if (mayEnter(space)) {
      all.push(
        entry('connect', words.palette.connect(space.name), Cable, () => {
          void navigate({ to: '/spaces/$spaceId', params, search: { connect: true } })
        }),
      )
    }
    if (mayAsk(space, 'start')) {
      all.push(entry('start', words.palette.start(space.name), Play, ask('start')))
    }
    if (mayAsk(space, 'stop')) {
      all.push(entry('stop', words.palette.stop(space.name), Square, ask('stop')))
    }
    return all
  })
}

function useFixedEntries(): readonly PaletteEntry[] {
  const navigate = useNavigate()
  const me = useMe()
  const action = (label: string, icon: LucideIcon, run: () => void): PaletteEntry => ({
    id: label,
    group: 'action',
    label,
    icon,
    run,
  })
  const pages = [...placesFor(me), accountPlace].map(
    ({ to, label, icon }): PaletteEntry => ({
      id: to,
      group: 'page',
      label,
      icon,
      run: () => void navigate({ to }),
      ...(to === '/account'
        ? { also: 'password theme sessions font settings ssh keys api tokens' }
        : {}),
    }),
  )
  return [
    action(words.palette.newSpace, Plus, () => void navigate({ to: '/spaces/new' })),
    ...(can(me, 'template.create')
      ? [action(words.palette.newTemplate, Plus, () => void navigate({ to: '/templates/new' }))]
      : []),
    ...pages,
    action(words.palette.themeLight, Sun, () => prefer({ theme: 'light' })),
    action(words.palette.themeDark, Moon, () => prefer({ theme: 'dark' })),
    action(words.palette.themeSystem, Monitor, () => prefer({ theme: 'system' })),
  ]
}

function useTemplateEntries(): readonly PaletteEntry[] {
  const navigate = useNavigate()
  return (useTemplates().data ?? []).map((template) => ({
    id: template.id,
    group: 'template',
    label: template.name,
    icon: LayoutTemplate,
    run: () => void navigate({ to: '/templates/$templateId', params: { templateId: template.id } }),
  }))
}
