// What keeps the space's wish from being carried out: who must act, since when, and the choice to wait or to forget it.

import { useNavigate } from '@tanstack/react-router'
import { CloudOff } from 'lucide-react'
import { useState } from 'react'
import type { Space, Waiting } from '#protocol/api/spaces.ts'
import { useForgetSpace } from '../api/spaces.ts'
import { mayDelete } from '../api/standing.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { TextField } from '../parts/field.tsx'
import { Moment } from '../parts/moment.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'

export function WaitingNotice({ space }: { readonly space: Space }) {
  const [asking, setAsking] = useState(false)
  const { waiting } = space
  if (!waiting) return null
  const text = words.space.waiting
  return (
    <div
      className="mx-4 mb-2 flex flex-wrap items-start gap-x-3 gap-y-2 rounded-md bg-amber-soft px-3 py-2.5 text-sm sm:mx-6"
      role="status"
    >
      <CloudOff aria-hidden="true" className="mt-0.5 shrink-0 text-amber" size={16} />
      <div className="min-w-0 grow basis-52">
        <p className="font-medium text-ink">
          {waiting.reason} <Moment at={waiting.since} />
        </p>
        <p className="mt-0.5 text-ink-2">{whatNext(waiting)}</p>
      </div>
      {mayDelete(space) && (
        <Button kind="quiet" onClick={() => setAsking(true)} small>
          {text.forget}
        </Button>
      )}
      {asking && <ForgetSpace onClose={() => setAsking(false)} space={space} />}
    </div>
  )
}

function whatNext({ wish, peer, host }: Waiting): string {
  const text = words.space.waiting
  const who = peer?.name ?? host?.name ?? text.aHost
  return wish === undefined ? text.runsOn(who) : text.done[wish](who)
}

interface ForgetSpaceProps {
  readonly space: Space
  readonly onClose: () => void
}

/** What is on the host goes when it is back, the home with it, so the name must be typed. */
function ForgetSpace({ space, onClose }: ForgetSpaceProps) {
  const [typed, setTyped] = useState('')
  const navigate = useNavigate()
  const text = words.space.waiting
  const forget = useForgetSpace(async () => {
    onClose()
    toast({ text: text.forgotten(space.name), tone: 'good' })
    await navigate({ to: '/spaces' })
  })
  return (
    <Confirm
      action={text.forget}
      blocked={typed !== space.name}
      busy={forget.isPending}
      error={forget.error}
      onConfirm={() => forget.mutate(space.id)}
      onOpenChange={(open) => !open && onClose()}
      open
      text={text.forgetText}
      title={text.forgetTitle(space.name)}
    >
      <TextField
        autoFocus
        label={words.spaceSettings.deleteConfirm(space.name)}
        onValue={setTyped}
        value={typed}
      />
    </Confirm>
  )
}
