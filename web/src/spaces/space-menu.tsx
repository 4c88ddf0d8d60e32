// What can be done with a space, from its row and from its page.

import { useNavigate } from '@tanstack/react-router'
import {
  Cable,
  Ellipsis,
  ListTree,
  type LucideIcon,
  Play,
  RotateCw,
  Settings2,
  Square,
  Trash2,
  Users,
} from 'lucide-react'
import { Suspense, useState } from 'react'
import type { Space } from '#protocol/api/spaces.ts'
import { mayAsk, type SpaceAction } from '../api/space-action.ts'
import { askSpace } from '../api/spaces.ts'
import { mayManage } from '../api/standing.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { lazyPart } from '../parts/lazy-part.ts'
import { Menu, type MenuEntry, when } from '../parts/menu.tsx'
import { words } from '../words.ts'

const ShareSpace = lazyPart(() => import('../space/share-space.tsx'), 'ShareSpace')
const DeleteSpace = lazyPart(() => import('./delete-space.tsx'), 'DeleteSpace')

export function SpaceMenu({ space, mine }: { readonly space: Space; readonly mine: boolean }) {
  const [deleting, setDeleting] = useState(false)
  const [sharing, setSharing] = useState(false)
  const navigate = useNavigate()
  const { actions } = words.spaces
  const ask = (action: SpaceAction) => askSpace(space, action)
  const params = { spaceId: space.id }
  const item = (icon: LucideIcon, text: string, onSelect: () => void): MenuEntry => ({
    kind: 'item',
    icon,
    text,
    onSelect,
  })
  const restart = space.template.newer ? actions.restartToApply : actions.restart
  const entries: readonly MenuEntry[] = [
    ...when(
      mayAsk(space, 'start'),
      item(Play, actions.start, () => ask('start')),
    ),
    ...when(
      mayAsk(space, 'stop'),
      item(Square, actions.stop, () => ask('stop')),
    ),
    ...when(
      mayAsk(space, 'restart'),
      item(RotateCw, restart, () => ask('restart')),
    ),
    ...when(
      mine,
      item(Cable, actions.connect, () => {
        void navigate({ to: '/spaces/$spaceId', params, search: { connect: true } })
      }),
    ),
    ...when(
      mayManage(space),
      item(Users, words.shareSpace.action, () => setSharing(true)),
    ),
    item(ListTree, actions.timeline, () => {
      void navigate({ to: '/spaces/$spaceId/timeline', params })
    }),
    item(Settings2, actions.settings, () => {
      void navigate({ to: '/spaces/$spaceId/settings', params })
    }),
    { kind: 'line' },
    {
      kind: 'item',
      icon: Trash2,
      text: actions.delete,
      danger: true,
      disabled: !mayAsk(space, 'delete'),
      onSelect: () => setDeleting(true),
    },
  ]
  return (
    <>
      <Menu
        entries={entries}
        trigger={<IconButton icon={Ellipsis} label={words.spaces.menu(space.name)} />}
      />
      <Suspense fallback={null}>
        {sharing && <ShareSpace onClose={() => setSharing(false)} space={space} />}
        {deleting && <DeleteSpace onClose={() => setDeleting(false)} space={space} />}
      </Suspense>
    </>
  )
}
