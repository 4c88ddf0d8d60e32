// Deleting a space takes its home with it, so its name must be typed.

import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Space } from '#protocol/api/spaces.ts'
import { useSpaceAction } from '../api/spaces.ts'
import { Confirm } from '../parts/confirm.tsx'
import { TextField } from '../parts/field.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'

interface DeleteSpaceProps {
  readonly space: Space
  readonly onClose: () => void
}

export function DeleteSpace({ space, onClose }: DeleteSpaceProps) {
  const [typed, setTyped] = useState('')
  const navigate = useNavigate()
  const remove = useSpaceAction()
  const text = words.spaceSettings
  const confirm = () =>
    remove.mutate(
      { space, action: 'delete' },
      {
        onSuccess: () => {
          onClose()
          toast({ text: text.deleted(space.name), tone: 'good' })
          void navigate({ to: '/spaces' })
        },
      },
    )
  return (
    <Confirm
      action={text.deleteAction}
      blocked={typed !== space.name}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onOpenChange={(open) => !open && onClose()}
      open
      text={text.deleteText}
      title={text.deleteTitle(space.name)}
    >
      <TextField
        autoFocus
        label={text.deleteConfirm(space.name)}
        onValue={setTyped}
        value={typed}
      />
    </Confirm>
  )
}
