// Four limits, each of which may be left empty.

import { type FormEvent, useState } from 'react'
import type { Quota } from '#protocol/api/people.ts'
import { type QuotaName, quotaNames } from '#protocol/api/quota-names.ts'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import { quotaIn, quotaTexts } from './quota-text.ts'

const text = words.quota

interface QuotaFormProps {
  readonly quota: Quota
  /** What counts where a limit is left empty. */
  readonly empty?: (name: QuotaName) => string
  readonly help: string
  readonly busy: boolean
  readonly error: unknown
  readonly onSave: (quota: Quota) => void
}

export function QuotaForm({ quota, empty, help, busy, error, onSave }: QuotaFormProps) {
  const [typed, setTyped] = useState(() => quotaTexts(quota))
  const { quota: read, wrong } = quotaIn(typed)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (wrong.length === 0) onSave(read)
  }
  const label = (name: QuotaName) => (name === 'memoryBytes' ? text.memory : text.names[name])
  return (
    <form className="flex flex-col gap-3" noValidate onSubmit={submit}>
      <p className="text-ink-3 text-xs">{help}</p>
      <div className="grid grid-cols-2 gap-3">
        {quotaNames.map((name) => (
          <TextField
            error={wrong.includes(name) ? text.wrong : undefined}
            inputMode="decimal"
            key={name}
            label={label(name)}
            onValue={(value) => setTyped((before) => ({ ...before, [name]: value }))}
            placeholder={empty?.(name) ?? text.none}
            value={typed[name]}
          />
        ))}
      </div>
      {error != null && <ErrorNotice error={error} />}
      <Button busy={busy} className="self-start" small type="submit">
        {text.save}
      </Button>
    </form>
  )
}
