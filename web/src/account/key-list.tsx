// The SSH keys by which one is known.

import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import type { SshKey } from '#protocol/api/access.ts'
import { useRemoveKey, useSshKeys } from '../api/access.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Copy } from '../parts/copy.tsx'
import { Loading } from '../parts/loading.tsx'
import { Moment } from '../parts/moment.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { AddKey } from './add-key.tsx'
import { CredentialRow, LastUsed } from './credential-row.tsx'
import { algorithmName } from './key-text.ts'

const text = words.sshKeys

export function KeyList() {
  const keys = useSshKeys()
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<SshKey>()
  if (keys.isPending) return <Loading label={text.loading} />
  if (keys.error) return <ErrorNotice error={keys.error} retry={() => void keys.refetch()} />
  return (
    <>
      {keys.data.length === 0 && <p className="text-ink-3 text-sm">{text.none}</p>}
      <ul className="-mt-2 empty:hidden">
        {keys.data.map((key) => (
          <CredentialRow
            end={text.remove}
            endLabel={text.removeNamed(key.name)}
            icon={KeyRound}
            key={key.id}
            name={key.name}
            onEnd={() => setRemoving(key)}
          >
            <Copy label={text.copyFingerprint} text={key.fingerprint} />
            <p className="tabular text-ink-3 text-xs">
              {algorithmName(key.algorithm)}, {text.since} <Moment at={key.createdAt} />,{' '}
              <LastUsed at={key.lastUsedAt} unused={text.unused} used={text.used} />
            </p>
          </CredentialRow>
        ))}
      </ul>
      <Button className="mt-3" icon={Plus} onClick={() => setAdding(true)}>
        {text.add}
      </Button>
      {adding && <AddKey onClose={() => setAdding(false)} />}
      {removing && <RemoveKey onClose={() => setRemoving(undefined)} sshKey={removing} />}
    </>
  )
}

function RemoveKey({ sshKey, onClose }: { readonly sshKey: SshKey; readonly onClose: () => void }) {
  const remove = useRemoveKey()
  const confirm = () =>
    remove.mutate(sshKey.id, {
      onSuccess: () => {
        toast({ text: text.removed(sshKey.name), tone: 'good' })
        onClose()
      },
    })
  return (
    <Confirm
      action={text.removeAction}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onOpenChange={(open) => !open && onClose()}
      open
      text={text.removeText}
      title={text.removeTitle(sshKey.name)}
    >
      <p className="break-all font-mono text-ink-2 text-xs">{sshKey.fingerprint}</p>
    </Confirm>
  )
}
