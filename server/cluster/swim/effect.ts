// What the machine asks of whoever drives it, and what it tells.

import type { PeerId } from '#protocol/ids.ts'
import type { PeerState } from './claim.ts'
import type { Message } from './message.ts'

/** A datagram may be lost; a stream is the control connection to that address, dialled when there is none. */
export type Carrier = 'datagram' | 'stream'

export type Effect =
  | {
      readonly type: 'send'
      readonly to: string
      readonly over: Carrier
      readonly message: Message
    }
  | {
      readonly type: 'changed'
      readonly id: PeerId
      readonly boot: number
      readonly was: PeerState | undefined
      readonly is: PeerState
      /** Whose word it is. */
      readonly by: PeerId
    }
  /** A probe was answered directly. The offset is the other's wall clock minus ours. */
  | {
      readonly type: 'measured'
      readonly id: PeerId
      readonly roundTripMs: number
      readonly offsetMs: number
    }
  /** Another process has our id; the others keep to it. This one must not go on. */
  | { readonly type: 'refused'; readonly by: PeerId }
  /** A second process of that id came, and was refused. */
  | { readonly type: 'duplicate'; readonly id: PeerId; readonly address: string }

/** One step: its time, and the effects gathered in it. */
export interface Turn {
  /** The machine's own time: monotonic, and it stands still while the machine does. */
  readonly nowMs: number
  readonly wallMs: number
  readonly effects: Effect[]
}
