// Chooses who may open a port, and says plainly who that will be before it is so.

import { type FormEvent, useState } from 'react'
import { type Visibility, visibilities } from '#protocol/api/sharing-names.ts'
import type { PortAccess, Space } from '#protocol/api/spaces.ts'
import { useSharePort } from '../api/ports.ts'
import { Button } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { TextField } from '../parts/field.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { namesIn, namesProblem } from './people-text.ts'
import { visibilityIcons } from './visibility-mark.tsx'

const text = words.access

interface SharePortProps {
  readonly space: Space
  readonly port: number
  /** The app's name, or the port's number. */
  readonly name: string
  readonly access: Partial<PortAccess>
  readonly onClose: () => void
}

export function SharePort({ space, port, name, access, onClose }: SharePortProps) {
  const before = access.visibility ?? 'owner'
  const [visibility, setVisibility] = useState<Visibility>(before)
  const [typed, setTyped] = useState((access.people ?? []).map((one) => one.name).join(', '))
  const [checked, setChecked] = useState(false)
  const [understood, setUnderstood] = useState(false)
  const share = useSharePort(space.id)
  const names = namesIn(typed)
  const problem = visibility === 'people' ? namesProblem(names) : undefined
  const opensUp = visibility === 'public' && before !== 'public'
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (problem || (opensUp && !understood)) return
    const people = visibility === 'people' ? [...names] : []
    share.mutate(
      { port, share: { visibility, people } },
      {
        onSuccess: () => {
          toast({ text: text.shared(name, text.visibility[visibility].mark), tone: 'good' })
          onClose()
        },
      },
    )
  }
  return (
    <Dialog onOpenChange={(open) => !open && onClose()} open title={text.shareNamed(name)}>
      <form className="flex flex-col gap-4" noValidate onSubmit={submit}>
        <Choices onValue={setVisibility} value={visibility} />
        {visibility === 'people' && (
          <TextField
            error={checked ? problem : undefined}
            help={text.peopleHelp}
            label={text.people}
            onValue={setTyped}
            value={typed}
          />
        )}
        {(visibility === 'people' || visibility === 'public') && (
          <Outcome names={names} visibility={visibility} />
        )}
        {opensUp && (
          <label className="flex items-center gap-2.5 text-sm max-sm:min-h-11">
            <input
              checked={understood}
              className="size-4 accent-accent"
              onChange={(event) => setUnderstood(event.target.checked)}
              type="checkbox"
            />
            {text.understood}
          </label>
        )}
        {share.error && <ErrorNotice error={share.error} />}
        <DialogActions>
          <Button kind="quiet" onClick={onClose}>
            {words.actions.cancel}
          </Button>
          <Button
            busy={share.isPending}
            disabled={opensUp && !understood}
            kind={opensUp ? 'danger' : 'primary'}
            type="submit"
          >
            {opensUp ? text.makePublic : text.save}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

interface ChoicesProps {
  readonly value: Visibility
  readonly onValue: (value: Visibility) => void
}

function Choices({ value, onValue }: ChoicesProps) {
  return (
    <fieldset aria-label={text.who} className="flex flex-col gap-1.5">
      {visibilities.map((one) => {
        const Icon = visibilityIcons[one]
        const { mark, text: help } = text.visibility[one]
        return (
          <label
            className={cx(
              'flex items-start gap-2.5 rounded-md border px-3 py-2 has-focus-visible:outline-2 has-focus-visible:outline-accent',
              one === value ? 'border-accent bg-accent-soft' : 'hover:bg-hover',
            )}
            key={one}
          >
            <input
              checked={one === value}
              className="sr-only"
              name="visibility"
              onChange={() => onValue(one)}
              type="radio"
              value={one}
            />
            <Icon
              aria-hidden="true"
              className={cx('mt-0.5 shrink-0', one === 'public' ? 'text-amber' : 'text-ink-2')}
              size={16}
            />
            <span className="text-sm">
              <span className="block font-medium">{mark}</span>
              <span className="block text-ink-2 text-xs">{help}</span>
            </span>
          </label>
        )
      })}
    </fieldset>
  )
}

/** Of these two it says more than the choice itself. */
function Outcome(props: {
  readonly visibility: 'people' | 'public'
  readonly names: readonly string[]
}) {
  const { visibility, names } = props
  const isPublic = visibility === 'public'
  return (
    <p
      className={cx(
        'rounded-md px-3 py-2.5 text-sm',
        isPublic ? 'bg-amber-soft text-ink' : 'bg-sunken text-ink-2',
      )}
      role={isPublic ? 'alert' : undefined}
    >
      {isPublic ? text.will.public : text.will.people(names)}
    </p>
  )
}
