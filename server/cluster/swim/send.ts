// How the parts of the machine say something to another peer.

import type { Claim } from './claim.ts'
import type { Carrier, Turn } from './effect.ts'
import type { Body } from './message.ts'

/** Sends with the news that fits; `about` is told first. */
export type Send = (turn: Turn, to: string, over: Carrier, body: Body, about?: Claim) => void
