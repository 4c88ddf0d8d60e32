// What can be done with a space, from its row and from its page.

import { useNavigate } from '@tanstack/react-router'
import { Ellipsis, ListTree, Play, RotateCw, Settings2, Square, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Space } from '#protocol/api/spaces.ts'
import { mayAsk, type SpaceAction } from '../api/space-action.ts'
import { useSpaceAction } from '../api/spaces.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { Menu, MenuItem, MenuLine } from '../parts/menu.tsx'
import { toastError } from '../parts/toast.ts'
import { words } from '../words.ts'
import { DeleteSpace } from './delete-space.tsx'

export function SpaceMenu({ space }: { readonly space: Space }) {
  const [deleting, setDeleting] = useState(false)
  const navigate = useNavigate()
  const { mutate } = useSpaceAction()
  const { actions } = words.spaces
  const ask = (action: SpaceAction) => mutate({ space, action }, { onError: toastError })
  const params = { spaceId: space.id }
  return (
    <>
      <Menu trigger={<IconButton icon={Ellipsis} label={words.spaces.menu(space.name)} />}>
        {mayAsk(space, 'start') && (
          <MenuItem icon={Play} onSelect={() => ask('start')}>
            {actions.start}
          </MenuItem>
        )}
        {mayAsk(space, 'stop') && (
          <MenuItem icon={Square} onSelect={() => ask('stop')}>
            {actions.stop}
          </MenuItem>
        )}
        {mayAsk(space, 'restart') && (
          <MenuItem icon={RotateCw} onSelect={() => ask('restart')}>
            {space.template.newer ? actions.restartToApply : actions.restart}
          </MenuItem>
        )}
        <MenuItem
          icon={ListTree}
          onSelect={() => void navigate({ to: '/spaces/$spaceId/timeline', params })}
        >
          {actions.timeline}
        </MenuItem>
        <MenuItem
          icon={Settings2}
          onSelect={() => void navigate({ to: '/spaces/$spaceId/settings', params })}
        >
          {actions.settings}
        </MenuItem>
        <MenuLine />
        <MenuItem
          danger
          disabled={!mayAsk(space, 'delete')}
          icon={Trash2}
          onSelect={() => setDeleting(true)}
        >
          {actions.delete}
        </MenuItem>
      </Menu>
      {deleting && <DeleteSpace onClose={() => setDeleting(false)} space={space} />}
    </>
  )
}
