// The variables of one scope, and what can be done with each.

import { KeyRound, Plus, Variable as VariableIcon } from 'lucide-react'
import { useState } from 'react'
import type { Variable } from '#protocol/api/variables.ts'
import { type Scope, useRemoveVariable, useVariables } from '../api/variables.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { RowsLoading } from '../parts/loading.tsx'
import { Moment } from '../parts/moment.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { VariableDialog } from './variable-dialog.tsx'

const text = words.variables

interface VariableListProps {
  readonly scope: Scope
  /** Whether whoever looks may set and remove. */
  readonly may: boolean
  /** Said where there are none. */
  readonly none: string
}

export function VariableList({ scope, may, none }: VariableListProps) {
  const { data, isPending, error, refetch } = useVariables(scope)
  const [open, setOpen] = useState<Variable | 'new'>()
  if (isPending) return <RowsLoading label={text.loading} rows={2} />
  if (error) return <ErrorNotice error={error} retry={() => void refetch()} />
  return (
    <>
      {data.length === 0 && <p className="text-ink-3 text-sm">{none}</p>}
      <ul className="-mt-2 empty:hidden">
        {data.map((variable) => (
          <Row
            key={variable.name}
            onChange={may ? () => setOpen(variable) : undefined}
            variable={variable}
          />
        ))}
      </ul>
      {may && (
        <Button className="mt-3" icon={Plus} onClick={() => setOpen('new')}>
          {text.add}
        </Button>
      )}
      {open && (
        <Opened
          onClose={() => setOpen(undefined)}
          scope={scope}
          variable={open === 'new' ? undefined : open}
        />
      )}
    </>
  )
}

interface RowProps {
  readonly variable: Variable
  readonly onChange: (() => void) | undefined
}

function Row({ variable, onChange }: RowProps) {
  const { name, isSecret, updatedAt, updatedBy } = variable
  const Icon = isSecret ? KeyRound : VariableIcon
  return (
    <li className="flex min-h-12 items-center gap-3 border-b py-2 text-sm last:border-b-0">
      <Icon aria-hidden="true" className="shrink-0 text-ink-3" size={18} />
      <div className="flex min-w-0 grow flex-col gap-x-3 sm:flex-row sm:items-center">
        <div className="min-w-0 grow">
          <p className="truncate font-medium font-mono" title={name}>
            {name}
          </p>
          <p className="tabular truncate text-ink-3 text-xs">
            {text.since} <Moment at={updatedAt} /> {updatedBy && text.by(updatedBy)}
          </p>
        </div>
        <ValueText variable={variable} />
      </div>
      {onChange && (
        <Button aria-label={text.changeNamed(name)} onClick={onChange} small>
          {text.change}
        </Button>
      )}
    </li>
  )
}

function ValueText({ variable: { isSecret, value } }: { readonly variable: Variable }) {
  if (isSecret) return <span className="shrink-0 text-ink-3 text-xs">{text.hidden}</span>
  if (value === undefined) return <span className="text-red text-xs">{text.unreadable}</span>
  if (value === '') return <span className="shrink-0 text-ink-3 text-xs">{text.empty}</span>
  return (
    <code className="min-w-0 truncate sm:max-w-[45%] text-ink-2 text-xs" title={value}>
      {value}
    </code>
  )
}

interface OpenedProps {
  readonly scope: Scope
  readonly variable: Variable | undefined
  readonly onClose: () => void
}

function Opened({ scope, variable, onClose }: OpenedProps) {
  const [removing, setRemoving] = useState(false)
  const remove = useRemoveVariable(scope)
  if (!variable || !removing) {
    const onRemove = () => setRemoving(true)
    return <VariableDialog {...{ scope, variable, onClose, onRemove }} />
  }
  const confirm = () =>
    remove.mutate(variable.name, {
      onSuccess: () => {
        toast({ text: text.removed(variable.name), tone: 'good' })
        onClose()
      },
    })
  return (
    <Confirm
      action={text.remove}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onOpenChange={(isOpen) => !isOpen && setRemoving(false)}
      open
      text={text.removeText}
      title={text.removeTitle(variable.name)}
    />
  )
}
