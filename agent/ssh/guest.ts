// Somebody who is signed in to the SSH server inside the agent. Their key, or their session with a peer, was checked
// where they came in: whoever holds the byte stream is its actor.

import { SkeinError } from '#protocol/errors.ts'
import { type Actor, type StreamOpen, streamOpenSchema } from '#protocol/link.ts'
import type { SshGuest, SshStream } from '../../ssh/ports.ts'
import type { ServedStream } from '../link/served.ts'
import { localStream } from './local-stream.ts'

export interface GuestOptions {
  readonly actor: Actor
  readonly requestId: string
  /** Serves a stream to its end, as it would one of a link. Never rejects. */
  serve(stream: ServedStream): Promise<void>
}

export class LocalGuest implements SshGuest {
  readonly #options: GuestOptions

  constructor(options: GuestOptions) {
    this.#options = options
  }

  /** The agent runs, so the space does. */
  ready(): Promise<void> {
    return Promise.resolve()
  }

  /** Rejects with the handler's refusal, or with `bad_request` for what a link would not carry either. */
  async open(open: StreamOpen, signal?: AbortSignal): Promise<SshStream> {
    const parsed = streamOpenSchema.safeParse(open)
    if (!parsed.success) {
      const reason = `open of ${open.kind}: ${parsed.error.issues[0]?.message ?? 'malformed'}`
      throw new SkeinError('bad_request', { reason })
    }
    const { actor, requestId, serve } = this.#options
    const stream = localStream(parsed.data, actor, requestId)
    const lose = () => stream.lose()
    signal?.addEventListener('abort', lose, { once: true })
    if (signal?.aborted) lose()
    void serve(stream.served)
    try {
      return await stream.opened
    } finally {
      signal?.removeEventListener('abort', lose)
    }
  }
}
