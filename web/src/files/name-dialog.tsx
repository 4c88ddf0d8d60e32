// Asks for a name: of a new folder, or a new one for what is there.

import { type ReactNode, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { TextField } from '../parts/field.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'

interface NameDialogProps {
  readonly title: string
  readonly label: string
  readonly help?: string
  readonly action: string
  readonly name: string
  readonly slashes: boolean
  /** Rejects with why it could not be. */
  readonly onName: (name: string) => Promise<unknown>
  readonly onClose: () => void
  readonly children?: ReactNode
}

export function NameDialog(props: NameDialogProps) {
  const { title, label, help, action, slashes, onName, onClose } = props
  const [name, setName] = useState(props.name)
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const isSlashed = !slashes && name.includes('/')
  const isBlocked = name.trim() === '' || isSlashed
  const submit = () => {
    if (isBlocked || busy) return
    setBusy(true)
    onName(name).then(onClose, (caught: unknown) => {
      setError(caught)
      setBusy(false)
    })
  }
  return (
    <Dialog onOpenChange={(open) => !open && onClose()} open title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <TextField
          error={isSlashed ? words.files.nameSlash : undefined}
          help={help}
          label={label}
          mono
          onFocus={selectStem}
          onValue={setName}
          value={name}
        />
        {error != null && <ErrorNotice className="mt-3" error={error} />}
        <DialogActions>
          <Button kind="quiet" onClick={onClose}>
            {words.actions.cancel}
          </Button>
          <Button busy={busy} disabled={isBlocked} kind="primary" type="submit">
            {action}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

/** Without what follows the last dot, which mostly stays. */
function selectStem({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void {
  const dot = currentTarget.value.lastIndexOf('.')
  currentTarget.setSelectionRange(0, dot > 0 ? dot : currentTarget.value.length)
}
