// What the SSH server needs from whoever runs it, in its own words. The gateway and the agent both do, and the
// server knows neither: no sockets, no peers, no records.

import type { Duplex } from 'node:stream'
import type { SkeinError } from '#protocol/errors.ts'
import type { Fin, StreamOpen } from '#protocol/link.ts'
import type { Pace } from './pace.ts'

/** A stream into the space; the streams of a link and those within an agent both fit. */
export interface SshStream {
  readonly duplex: Duplex
  readonly opened: unknown
  fin(status: Fin): void
  readonly finished: Promise<Fin>
  abort(reason?: Error): void
}

/** What the person sees while their space is made ready. `ask` is absent where nobody could answer. */
export interface SshTalk {
  say(line: string): void
  ask?(question: string): Promise<boolean>
}

/** Somebody whose key was accepted, and the space that they named. */
export interface SshGuest {
  /** Of all that they send, over all their connections. */
  readonly pace?: Pace
  /** Resolves when the space takes streams; rejects with the one sentence that they are told. Called for each channel. */
  ready(talk: SshTalk): Promise<void>
  open(open: StreamOpen, signal?: AbortSignal): Promise<SshStream>
}

/** What a client offers. `none` is what every client tries first. */
export type SshCredential =
  | { readonly type: 'none' }
  | { readonly type: 'publickey'; readonly algorithm: string; readonly blob: Buffer }

/**
 * Asked for an offered key, and again (of the same connection) once its signature has been verified: `isProven` says
 * which, and only a proven key counts as having signed in. A refusal's message is shown before the client gives up.
 */
export type SshAuthorise = (attempt: {
  readonly user: string
  readonly credential: SshCredential
  readonly isProven: boolean
}) => Promise<SshGuest | SkeinError>
