// What is looked for. Each filter is in the address; what is typed goes there once one pauses.

import { SlidersHorizontal, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { TextField } from '../parts/field.tsx'
import { Select } from '../parts/select.tsx'
import { words } from '../words.ts'
import { type AuditSearch, isFiltered } from './filter.ts'
import type { Origins } from './use-origins.ts'

const text = words.audit.filters
/** How long one pauses before the list follows, ms. */
const PAUSE_MS = 300

interface AuditFiltersProps {
  readonly search: AuditSearch
  readonly origins: Origins
  readonly onChange: (patch: AuditSearch) => void
  readonly onClear: () => void
}

export function AuditFilters({ search, origins, onChange, onClear }: AuditFiltersProps) {
  const [open, setOpen] = useState(isFiltered(search))
  return (
    <section aria-label={text.label} className="mb-4">
      <div className="sm:hidden">
        <Button aria-expanded={open} icon={SlidersHorizontal} onClick={() => setOpen(!open)}>
          {text.show}
        </Button>
      </div>
      <div
        className={cx(
          'grid grid-cols-2 items-end gap-3 max-sm:mt-3 sm:grid-cols-3',
          isFiltered(search)
            ? 'lg:grid-cols-[repeat(3,minmax(0,1fr))_9rem_9rem_minmax(0,1fr)_auto]'
            : 'lg:grid-cols-[repeat(3,minmax(0,1fr))_9rem_9rem_minmax(0,1fr)]',
          !open && 'max-sm:hidden',
        )}
      >
        <Typed
          hint={text.actorHint}
          label={text.actor}
          onValue={(actor) => onChange({ actor })}
          value={search.actor}
        />
        <Typed
          hint={text.actionHint}
          label={text.action}
          onValue={(action) => onChange({ action })}
          value={search.action}
        />
        <Typed
          hint={text.targetHint}
          label={text.target}
          onValue={(target) => onChange({ target })}
          value={search.target}
        />
        <Typed
          label={text.from}
          onValue={(from) => onChange({ from })}
          type="date"
          value={search.from}
        />
        <Typed label={text.to} onValue={(to) => onChange({ to })} type="date" value={search.to} />
        <PeerFilter onChange={onChange} origins={origins} value={search.peer} />
        {isFiltered(search) && (
          <Button
            className="max-sm:-ml-4 max-sm:justify-self-start sm:h-9"
            icon={X}
            kind="quiet"
            onClick={onClear}
          >
            {text.clear}
          </Button>
        )}
      </div>
    </section>
  )
}

function PeerFilter(props: {
  readonly origins: Origins
  readonly value: string | undefined
  readonly onChange: (patch: AuditSearch) => void
}) {
  const { origins, value = '', onChange } = props
  const known = new Map(origins)
  if (value !== '' && !known.has(value)) known.set(value, value)
  return (
    <div className="flex flex-col gap-1.5">
      <span aria-hidden="true" className="font-medium text-sm">
        {text.peer}
      </span>
      <Select
        label={text.peer}
        onValue={(peer) => onChange({ peer: peer === '' ? undefined : peer })}
        options={[
          { value: '', label: text.anyPeer },
          ...[...known].map(([origin, name]) => ({ value: origin, label: name })),
        ]}
        value={value}
      />
    </div>
  )
}

interface TypedProps {
  readonly label: string
  readonly hint?: string
  readonly type?: 'text' | 'date'
  readonly value: string | undefined
  readonly onValue: (value: string | undefined) => void
}

function Typed({ label, hint, type = 'text', value = '', onValue }: TypedProps) {
  const [typed, setTyped] = useState(value)
  const [told, setTold] = useState(value)
  // The address was changed by other means: going back, or clearing.
  if (told !== value) {
    setTold(value)
    setTyped(value)
  }
  useEffect(() => {
    if (typed === value) return
    const timer = setTimeout(() => {
      setTold(typed)
      onValue(typed === '' ? undefined : typed)
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  })
  return (
    <TextField
      label={label}
      maxLength={200}
      onValue={setTyped}
      placeholder={hint}
      type={type}
      value={typed}
    />
  )
}
