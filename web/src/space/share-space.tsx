// Lets people and groups into a space, each as something, and hands the space over.

import { useNavigate } from '@tanstack/react-router'
import { X } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type ShareLevel, shareLevels } from '#protocol/api/sharing-names.ts'
import type { Share, Space } from '#protocol/api/spaces.ts'
import { useShareSpace, useTransferSpace } from '../api/sharing.ts'
import { isOwn } from '../api/standing.ts'
import { Button } from '../parts/button.tsx'
import { Choice } from '../parts/choice.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Field, TextField } from '../parts/field.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Select } from '../parts/select.tsx'
import { toast, toastError } from '../parts/toast.ts'
import { words } from '../words.ts'

const text = words.shareSpace
const levelOptions = shareLevels.map((value) => ({ value, label: text.levels[value].name }))
const levelOf = (value: string): ShareLevel =>
  shareLevels.find((level) => level === value) ?? 'viewer'
const kinds = [
  { value: 'user', label: text.kind.user },
  { value: 'group', label: text.kind.group },
] as const

interface ShareSpaceProps {
  readonly space: Space
  readonly onClose: () => void
}

export function ShareSpace({ space, onClose }: ShareSpaceProps) {
  return (
    <Dialog
      description={text.text}
      onOpenChange={(open) => !open && onClose()}
      open
      title={text.title(space.name)}
    >
      <div className="flex flex-col gap-6">
        {isOwn(space) && <AddShare space={space} />}
        <ShareList space={space} />
        <Transfer onDone={onClose} space={space} />
      </div>
    </Dialog>
  )
}

function AddShare({ space }: { readonly space: Space }) {
  const [kind, setKind] = useState<Share['kind']>('user')
  const [name, setName] = useState('')
  const [level, setLevel] = useState<ShareLevel>('user')
  const share = useShareSpace(space.id)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const plain = name.trim().toLowerCase().replace(/^@/, '')
    if (plain === '') return
    share.mutate(
      { kind, name: plain, level },
      {
        onSuccess: () => {
          toast({ text: text.shared(plain, text.levels[level].name.toLowerCase()), tone: 'good' })
          setName('')
        },
      },
    )
  }
  return (
    <form className="flex flex-col gap-3" noValidate onSubmit={submit}>
      <Choice label={text.with} onValue={setKind} options={kinds} value={kind} />
      <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-3">
        <TextField label={text.name[kind]} onValue={setName} value={name} />
        <Field label={text.level}>
          {(aria) => (
            <Select
              aria={aria}
              onValue={(value) => setLevel(levelOf(value))}
              options={levelOptions}
              value={level}
            />
          )}
        </Field>
      </div>
      <p className="text-ink-3 text-xs">
        {text.levels[level].name}: {text.levels[level].text}.
      </p>
      {share.error && <ErrorNotice error={share.error} />}
      <Button
        busy={share.isPending}
        className="self-start"
        disabled={name.trim() === ''}
        kind="primary"
        type="submit"
      >
        {text.add}
      </Button>
    </form>
  )
}

function ShareList({ space }: { readonly space: Space }) {
  const shares = space.shares ?? []
  const share = useShareSpace(space.id)
  const own = isOwn(space)
  const set = ({ kind, name }: Share, level: ShareLevel | null) =>
    share.mutate(
      { kind, name, level },
      {
        onError: toastError,
        onSuccess: () => {
          if (level === null) toast({ text: text.unshared(name), tone: 'good' })
        },
      },
    )
  if (shares.length === 0) return <p className="text-ink-3 text-sm">{text.none}</p>
  return (
    <ul>
      {shares.map((one) => (
        <li
          className="flex min-h-11 items-center gap-3 border-b text-sm last:border-b-0"
          key={`${one.kind} ${one.id}`}
        >
          <span className="min-w-0 grow truncate">
            {one.name}
            {one.kind === 'group' && (
              <span className="ml-2 rounded bg-sunken px-1.5 text-ink-2 text-xs">
                {text.kind.group}
              </span>
            )}
          </span>
          {own ? (
            <>
              <Select
                label={text.levelOf(one.name)}
                onValue={(value) => set(one, levelOf(value))}
                options={levelOptions}
                value={one.level}
              />
              <IconButton icon={X} label={text.remove(one.name)} onClick={() => set(one, null)} />
            </>
          ) : (
            <span className="text-ink-2">{text.levels[one.level].name}</span>
          )}
        </li>
      ))}
    </ul>
  )
}

/** Two clicks: the first opens it, the second does it. */
function Transfer({ space, onDone }: { readonly space: Space; readonly onDone: () => void }) {
  const [open, setOpen] = useState(false)
  const [to, setTo] = useState('')
  const transfer = useTransferSpace(space.id)
  const navigate = useNavigate()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const name = to.trim().toLowerCase()
    if (name === '') return
    transfer.mutate(name, {
      onSuccess: () => {
        toast({ text: text.transferred(space.name, name), tone: 'good' })
        onDone()
        void navigate({ to: '/spaces' })
      },
    })
  }
  if (space.standing === 'manager') return null
  if (!open) {
    return (
      <div className="border-t pt-4">
        <Button onClick={() => setOpen(true)}>{text.transfer}</Button>
      </div>
    )
  }
  return (
    <form className="flex flex-col gap-3 border-t pt-4" noValidate onSubmit={submit}>
      <p className="text-ink-2 text-sm">{text.transferText}</p>
      <TextField label={text.transferTo} onValue={setTo} value={to} />
      {transfer.error && <ErrorNotice error={transfer.error} />}
      <Button
        busy={transfer.isPending}
        className="self-start"
        disabled={to.trim() === ''}
        kind="danger"
        type="submit"
      >
        {text.transfer}
      </Button>
    </form>
  )
}
