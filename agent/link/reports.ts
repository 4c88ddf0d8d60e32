// The agent's side of the report stream: the newest report of each type is said on every new link, and changes as
// they come. A peer that reads slowly is sent the newest state, never a backlog.

import type { Duplex } from 'node:stream'
import type { AgentReport } from '#protocol/report.ts'

export class Reports {
  readonly #newest = new Map<AgentReport['type'], AgentReport>()
  #stream: Duplex | undefined
  #pending = new Set<AgentReport['type']>()
  #full = false

  say(report: AgentReport): void {
    this.#newest.set(report.type, report)
    this.#pending.add(report.type)
    this.#flush()
  }

  /** A new link's stream: everything is said again, `hello` first. */
  attach(stream: Duplex, hello: AgentReport): void {
    this.#stream = stream
    this.#full = false
    this.#newest.set('hello', hello)
    this.#pending = new Set(['hello', ...this.#newest.keys()])
    stream.on('drain', () => {
      if (this.#stream !== stream) return
      this.#full = false
      this.#flush()
    })
    stream.on('close', () => {
      if (this.#stream === stream) this.#stream = undefined
    })
    this.#flush()
  }

  #flush(): void {
    const stream = this.#stream
    if (!stream?.writable || this.#full) return
    for (const type of this.#pending) {
      this.#pending.delete(type)
      const report = this.#newest.get(type)
      if (report && !stream.write(`${JSON.stringify(report)}\n`)) {
        this.#full = true
        return
      }
    }
  }
}
