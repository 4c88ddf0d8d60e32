// How a peer is: a shape, a colour and a word, so that none of them is the only sign.

import type { PeerInfo, PeerViewState } from '#protocol/api/peers.ts'
import { cx } from '../parts/class.ts'
import { Sign } from '../parts/sign.tsx'
import { words } from '../words.ts'

const colours: Record<PeerViewState, string> = {
  alive: 'text-green',
  suspect: 'text-amber',
  unreachable: 'text-red',
  dead: 'text-red',
  left: 'text-ink-3',
  refused: 'text-red',
}

export function PeerSign({ state }: { readonly state: PeerViewState }) {
  return (
    <Sign className={colours[state]}>
      <Shape state={state} />
    </Sign>
  )
}

function Shape({ state }: { readonly state: PeerViewState }) {
  switch (state) {
    case 'alive':
      return <circle cx={6} cy={6} fill="currentColor" r={3.5} stroke="none" />
    case 'suspect':
      return <path d="M6 2v4.6M6 9.6v.1" strokeWidth={2.2} />
    case 'unreachable':
      return <path d="M6 2.2a3.8 3.8 0 1 0 3.8 3.8M7.5 1.8l2.7 2.7M10.2 1.8L7.5 4.5" />
    case 'dead':
    case 'refused':
      return <path d="M3 3l6 6M9 3L3 9" strokeWidth={2.2} />
    case 'left':
      return <circle cx={6} cy={6} r={3.5} />
  }
}

export function PeerState({ peer }: { readonly peer: PeerInfo }) {
  const { state } = peer
  return (
    <span
      className={cx('inline-flex items-center gap-1.5 font-medium text-sm', colours[state])}
      title={words.cluster.hints[state]}
    >
      <PeerSign state={state} />
      {words.cluster.states[state]}
      {peer.isStoreAway && (
        <span className="text-red" title={words.cluster.conditions.storeAway.text}>
          {words.cluster.storeAway}
        </span>
      )}
    </span>
  )
}
