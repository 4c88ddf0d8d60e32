// How another machine joins. The command holds the cluster's secret, so it is fetched only when it is asked for.

import { useJoinToken } from '../api/peers.ts'
import { Button } from '../parts/button.tsx'
import { CodeLine } from '../parts/code-line.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Advice, ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'

const text = words.cluster.join

export function JoinPeer({ onClose }: { readonly onClose: () => void }) {
  const token = useJoinToken()
  return (
    <Dialog onOpenChange={(open) => open || onClose()} open title={text.title} wide>
      <div className="flex flex-col gap-3">
        <p className="text-ink-2 text-sm">{text.text}</p>
        {token.data ? (
          <CodeLine label={text.copy} text={`skein server --join ${token.data}`} />
        ) : (
          <div>
            <Button busy={token.isPending} kind="primary" onClick={() => token.mutate()}>
              {text.show}
            </Button>
          </div>
        )}
        {token.error && <ErrorNotice error={token.error} />}
        <Advice>{token.data ? text.done : text.secret}</Advice>
      </div>
    </Dialog>
  )
}
