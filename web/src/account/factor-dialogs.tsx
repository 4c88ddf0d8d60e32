// New recovery codes, and the end of the second factor: both ask for the password.

import { useRemoveFactor, useRenewCodes } from '../api/factor.ts'
import { Dialog } from '../parts/dialog.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { ProvePassword } from './prove-password.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'

const text = words.factor

export function RenewCodes({ onClose }: { readonly onClose: () => void }) {
  const renew = useRenewCodes()
  const codes = renew.data?.codes
  return (
    <Dialog
      description={codes ? text.recoveryText : text.renewText}
      onOpenChange={(open) => !open && onClose()}
      open
      title={codes ? text.recoveryTitle : text.renewTitle}
    >
      {codes ? (
        <RecoveryCodes codes={codes} onClose={onClose} />
      ) : (
        <ProvePassword
          action={text.renew}
          busy={renew.isPending}
          error={renew.error}
          kind="primary"
          onClose={onClose}
          onProve={(password) => renew.mutate(password)}
        />
      )}
    </Dialog>
  )
}

export function RemoveFactor({ onClose }: { readonly onClose: () => void }) {
  const remove = useRemoveFactor()
  const prove = (password: string) =>
    remove.mutate(password, {
      onSuccess: () => {
        toast({ text: text.removed, tone: 'good' })
        onClose()
      },
    })
  return (
    <Dialog
      description={text.removeText}
      onOpenChange={(open) => !open && onClose()}
      open
      title={text.removeTitle}
    >
      <ProvePassword
        action={text.remove}
        busy={remove.isPending}
        error={remove.error}
        kind="danger"
        onClose={onClose}
        onProve={prove}
      />
    </Dialog>
  )
}
