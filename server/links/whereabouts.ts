// What a peer says to an agent of its own accord: where the peers are, and that it is time to go to another one.

import { toSkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { Log } from '../log.ts'
import type { AgentLink } from './agent-link.ts'

/** `open` frames have room for so many, and for so many characters in each (protocol/link.ts). */
const MAX_ADDRESSES = 64
const MAX_ADDRESS_CHARS = 512

const SPEAKER = { kind: 'system', id: 'links', name: 'links' } as const

/** Resolves when the agent has answered. Rejects with its refusal, e.g. of a question that it does not know, or `link_lost`. */
async function ask(link: AgentLink, open: Extract<StreamOpen, { kind: 'ask' }>): Promise<void> {
  const requestId = `${open.question}-${link.identity.run}`
  const stream = await link.open(open, { actor: SPEAKER, requestId })
  stream.duplex.resume()
  stream.fin({ ok: true })
  await stream.finished
}

export class Whereabouts {
  readonly #link: AgentLink
  readonly #log: Log
  #said = ''

  constructor(link: AgentLink, log: Log) {
    this.#link = link
    this.#log = log
  }

  /** Says where the peers are, unless it said the same before. Never rejects: an agent that does not hear has its own. */
  async tell(addresses: readonly string[]): Promise<void> {
    const all = [...new Set(addresses)].filter((each) => each.length <= MAX_ADDRESS_CHARS)
    const told = all.slice(0, MAX_ADDRESSES)
    const said = told.join(' ')
    if (said === this.#said || this.#link.ended.aborted) return
    this.#said = said
    await this.#ask({ kind: 'ask', question: 'hello', addresses: told })
  }

  /** Sends the agent to another peer. Never rejects: one that does not go finds another when this link ends. */
  async leave(): Promise<void> {
    await this.#ask({ kind: 'ask', question: 'leave' })
  }

  async #ask(open: Extract<StreamOpen, { kind: 'ask' }>): Promise<void> {
    try {
      await ask(this.#link, open)
    } catch (error) {
      if (this.#link.ended.aborted) return
      const { code } = toSkeinError(error)
      this.#log.info({ question: open.question, code }, 'an agent did not hear')
    }
  }
}
