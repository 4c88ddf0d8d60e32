// Sends a peer's people and agents elsewhere, or brings it back. Neither loses anything, so nobody is asked twice.

import { LogOut, Undo2 } from 'lucide-react'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { useDuty } from '../api/peers.ts'
import { Button } from '../parts/button.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'

const text = words.cluster.duty

export function DutyButton({ peer }: { readonly peer: PeerInfo }) {
  const duty = useDuty(peer.id)
  const isAway = peer.duty?.isAway === true
  if (peer.state !== 'alive' && !isAway) return null
  return (
    <div className="mb-5">
      <div className="flex items-center gap-3">
        <Button
          busy={duty.isPending}
          icon={isAway ? Undo2 : LogOut}
          onClick={() => duty.mutate(isAway ? 'undrain' : 'drain')}
          small
        >
          {isAway ? text.undrain : text.drain}
        </Button>
        {!isAway && <p className="text-ink-3 text-xs">{text.drainText}</p>}
      </div>
      {duty.error && <ErrorNotice className="mt-2" error={duty.error} />}
    </div>
  )
}
