// What peers say to one another about membership. The same messages travel in sealed datagrams and, where no datagram
// gets through, on the control connection; `sync` always travels there.

import type { PeerId } from '#protocol/ids.ts'
import type { Claim } from './claim.ts'
import type { Fingerprint } from './fingerprint.ts'

interface Common {
  readonly from: PeerId
  /** The sender's start, so that nobody answers for a former one. */
  readonly boot: number
  readonly view: Fingerprint
  /** Claims that ride along. */
  readonly news: readonly Claim[]
}

export type Message = Common &
  (
    | {
        /** “Are you there?” An answer for anybody else than `target` is a wrong one. */
        readonly type: 'ping'
        readonly seq: number
        readonly target: PeerId
      }
    | {
        readonly type: 'ack'
        readonly seq: number
        /** The answerer's wall clock, ms, for the offset between clocks. */
        readonly wallMs: number
      }
    | {
        /** “Ask it for me”; `address` because the relay may not know it yet. */
        readonly type: 'ping-request'
        readonly seq: number
        readonly target: PeerId
        readonly address: string
      }
    /** From a relay: it is well itself, and its ping was not answered either. */
    | { readonly type: 'nack'; readonly seq: number }
    | { readonly type: 'gossip' }
    /** Every claim that the sender holds; `news` is the table. The first asks for the other's in return. */
    | { readonly type: 'sync'; readonly isReply: boolean }
    /** “There is another process with your id”: says which start it refuses. */
    | { readonly type: 'refuse'; readonly run: string }
  )

export type MessageType = Message['type']
/** A message without what every message carries. */
export type Body = Message extends infer M
  ? M extends Common
    ? Omit<M, keyof Common>
    : never
  : never
