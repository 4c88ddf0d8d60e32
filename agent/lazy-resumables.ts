// What is kept for clients that may come back, loaded when the first comes: the SSH server and its cipher cost memory
// that a space without them need not pay.

import type { StreamOpen } from '#protocol/link.ts'
import type { AgentContext } from './context.ts'
import type { ServedStream } from './link/served.ts'
import type { Resumables } from './resumable/resumables.ts'

type Open = Extract<StreamOpen, { kind: 'resumable' }>

export class LazyResumables {
  #loading: Promise<Resumables> | undefined
  #loaded: Resumables | undefined

  /** `dispatch` serves the streams that an SSH client opens in turn. */
  async handle(
    stream: ServedStream,
    open: Open,
    agent: AgentContext,
    dispatch: (inner: ServedStream) => Promise<void>,
  ): Promise<void> {
    this.#loading ??= this.#load(agent)
    const resumables = await this.#loading
    const { openFar } = await import('./resumable/far.ts')
    const openSsh = async () => {
      const { connectSsh } = await import('./ssh/server.ts')
      const { actor, requestId } = stream
      return connectSsh(agent, { actor, requestId, serve: dispatch })
    }
    await resumables.serve(stream, open, () => openFar(open.to, openSsh))
  }

  close(): void {
    this.#loaded?.close()
  }

  async #load({ clock }: AgentContext): Promise<Resumables> {
    const { Resumables } = await import('./resumable/resumables.ts')
    this.#loaded = new Resumables({ clock })
    return this.#loaded
  }
}
