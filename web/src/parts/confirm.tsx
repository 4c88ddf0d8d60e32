// Asks once before something that cannot be taken back, and says what will be lost.

import type { ReactNode } from 'react'
import { words } from '../words.ts'
import { Button } from './button.tsx'
import { Dialog, DialogActions } from './dialog.tsx'
import { ErrorNotice } from './notice.tsx'

interface ConfirmProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  readonly text: string
  readonly action: string
  readonly busy?: boolean
  readonly error?: unknown
  readonly blocked?: boolean
  readonly onConfirm: () => void
  readonly children?: ReactNode
}

export function Confirm(props: ConfirmProps) {
  return (
    <Dialog
      description={props.text}
      onOpenChange={props.onOpenChange}
      open={props.open}
      title={props.title}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!props.blocked) props.onConfirm()
        }}
      >
        {props.children}
        {props.error != null && <ErrorNotice className="mt-3" error={props.error} />}
        <DialogActions>
          <Button kind="quiet" onClick={() => props.onOpenChange(false)}>
            {words.actions.cancel}
          </Button>
          <Button
            busy={props.busy ?? false}
            disabled={props.blocked ?? false}
            kind="danger"
            type="submit"
          >
            {props.action}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
