// The registries that images are pulled from with a login.

import { Container, Plus } from 'lucide-react'
import { useState } from 'react'
import type { Registry } from '#protocol/api/variables.ts'
import { useRegistries, useRemoveRegistry } from '../api/variables.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { RowsLoading } from '../parts/loading.tsx'
import { Moment } from '../parts/moment.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { RegistryDialog } from './registry-dialog.tsx'

const text = words.registries

export function RegistryList({ may }: { readonly may: boolean }) {
  const { data, isPending, error, refetch } = useRegistries()
  const [open, setOpen] = useState<Registry | 'new'>()
  if (isPending) return <RowsLoading label={text.loading} rows={1} />
  if (error) return <ErrorNotice error={error} retry={() => void refetch()} />
  return (
    <>
      {data.length === 0 && <p className="text-ink-3 text-sm">{text.none}</p>}
      <ul className="-mt-2 empty:hidden">
        {data.map((registry) => (
          <Row
            key={registry.host}
            onChange={may ? () => setOpen(registry) : undefined}
            registry={registry}
          />
        ))}
      </ul>
      {may && (
        <Button className="mt-3" icon={Plus} onClick={() => setOpen('new')}>
          {text.add}
        </Button>
      )}
      {open && (
        <Opened onClose={() => setOpen(undefined)} registry={open === 'new' ? undefined : open} />
      )}
    </>
  )
}

interface RowProps {
  readonly registry: Registry
  readonly onChange: (() => void) | undefined
}

function Row({ registry: { host, username, updatedAt, updatedBy }, onChange }: RowProps) {
  return (
    <li className="flex min-h-12 items-center gap-3 border-b py-2 text-sm last:border-b-0">
      <Container aria-hidden="true" className="shrink-0 text-ink-3" size={18} />
      <div className="min-w-0 grow">
        <p className="truncate font-medium" title={host}>
          {host}
        </p>
        <p className="tabular truncate text-ink-3 text-xs">
          {text.as(username)}, {words.variables.since} <Moment at={updatedAt} />{' '}
          {updatedBy && words.variables.by(updatedBy)}
        </p>
      </div>
      {onChange && (
        <Button aria-label={text.changeNamed(host)} onClick={onChange} small>
          {text.change}
        </Button>
      )}
    </li>
  )
}

interface OpenedProps {
  readonly registry: Registry | undefined
  readonly onClose: () => void
}

function Opened({ registry, onClose }: OpenedProps) {
  const [removing, setRemoving] = useState(false)
  const remove = useRemoveRegistry()
  if (!registry || !removing) {
    const onRemove = () => setRemoving(true)
    return <RegistryDialog {...{ registry, onClose, onRemove }} />
  }
  const confirm = () =>
    remove.mutate(registry.host, {
      onSuccess: () => {
        toast({ text: text.removed(registry.host), tone: 'good' })
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
      title={text.removeTitle(registry.host)}
    />
  )
}
