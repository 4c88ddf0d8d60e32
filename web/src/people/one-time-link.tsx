// A link that is shown once, to be sent to somebody.

import { Button } from '../parts/button.tsx'
import { CodeLine } from '../parts/code-line.tsx'
import { DialogActions } from '../parts/dialog.tsx'
import { words } from '../words.ts'

/** Behind the #, so that the token is sent to nobody and stays out of logs. */
const linkOf = (token: string): string => `${window.location.origin}/invitation#token=${token}`

export function OneTimeLink(props: { readonly token: string; readonly onClose: () => void }) {
  return (
    <div className="flex flex-col gap-4">
      <CodeLine label={words.invite.copy} text={linkOf(props.token)} />
      <DialogActions>
        <Button kind="primary" onClick={props.onClose}>
          {words.invite.done}
        </Button>
      </DialogActions>
    </div>
  )
}
