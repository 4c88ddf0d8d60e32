// What people can start from: the starters that come with Skein, each with the containers it makes.

import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import type { Starter } from '#protocol/api/templates.ts'
import { useSaveTemplate, useStarters } from '../api/templates.ts'
import { Button } from '../parts/button.tsx'
import { Loading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { imagesOf } from '../templates/images.ts'
import { TemplateIcon } from '../templates/template-icon.tsx'
import { words } from '../words.ts'

const text = words.setup

export function StartersStep() {
  const starters = useStarters()
  const navigate = useNavigate()
  const goOn = () => void navigate({ to: '/spaces/new', replace: true })
  if (starters.isPending) return <Loading label={text.startersLoading} />
  if (starters.error) {
    return <ErrorNotice error={starters.error} retry={() => void starters.refetch()} />
  }
  return <Choose onDone={goOn} starters={starters.data} />
}

interface ChooseProps {
  readonly starters: readonly Starter[]
  readonly onDone: () => void
}

function Choose({ starters, onDone }: ChooseProps) {
  const [chosen, setChosen] = useState(() => new Set(starters.map(({ key }) => key)))
  const save = useSaveTemplate()
  const toggle = (key: string) =>
    setChosen((before) => {
      const next = new Set(before)
      if (!next.delete(key)) next.add(key)
      return next
    })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    // One after the other, so that they are listed in this order and a failed one can be tried again.
    for (const { key, source } of starters) {
      if (!chosen.has(key)) continue
      await save.mutateAsync({ source, note: text.starterNote })
      setChosen((before) => new Set([...before].filter((each) => each !== key)))
    }
    onDone()
  }
  return (
    <form onSubmit={(event) => void submit(event).catch(() => undefined)}>
      <fieldset aria-label={text.starters} className="flex flex-col gap-1.5">
        {starters.map((starter) => (
          <StarterChoice
            key={starter.key}
            on={chosen.has(starter.key)}
            onToggle={() => toggle(starter.key)}
            starter={starter}
          />
        ))}
      </fieldset>
      {save.error && <ErrorNotice className="mt-3" error={save.error} />}
      <div className="mt-5 flex gap-2">
        <Button busy={save.isPending} className="sm:h-9 sm:px-4" kind="primary" type="submit">
          {chosen.size > 0 ? text.finish : text.finishWithout}
        </Button>
      </div>
    </form>
  )
}

interface StarterChoiceProps {
  readonly starter: Starter
  readonly on: boolean
  readonly onToggle: () => void
}

function StarterChoice({ starter, on, onToggle }: StarterChoiceProps) {
  return (
    <label className="flex items-start gap-3 rounded-md border px-3 py-2.5 hover:border-line-strong has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent">
      <TemplateIcon icon={starter.icon} large name={starter.name} />
      <span className="min-w-0 grow">
        <span className="block font-medium text-sm">{starter.name}</span>
        <span className="mt-0.5 block text-ink-2 text-xs">{starter.description}</span>
        <span className="mt-1 block truncate font-mono text-ink-2 text-xs">
          {imagesOf(starter.source).join(', ')}
        </span>
      </span>
      <input
        checked={on}
        className="mt-1 size-4 accent-(--accent)"
        onChange={onToggle}
        type="checkbox"
      />
    </label>
  )
}
