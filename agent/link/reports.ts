// The agent's side of the report stream: the newest report of each type is said on every new link, and changes as
// they come. A peer that reads slowly is sent the newest state, never a backlog.

import type { Duplex } from 'node:stream'
import { type AgentReport, MAX_REPORT_LINE_BYTES } from '#protocol/report.ts'

type ReportType = AgentReport['type']

export class Reports {
  readonly #newest = new Map<ReportType, AgentReport>()
  #stream: Duplex | undefined
  #unsaid = new Set<ReportType>()

  say(report: AgentReport): void {
    this.#newest.set(report.type, report)
    this.#unsaid.add(report.type)
    this.#flush()
  }

  /** A new link's stream: everything is said again, `hello` first. */
  attach(stream: Duplex, hello: AgentReport): void {
    this.#stream = stream
    this.#newest.set('hello', hello)
    this.#unsaid = new Set(['hello', ...this.#newest.keys()])
    stream.on('drain', () => this.#flush())
    this.#flush()
  }

  #flush(): void {
    const stream = this.#stream
    for (const type of this.#unsaid) {
      if (!stream?.writable || stream.writableNeedDrain) return
      this.#unsaid.delete(type)
      const report = this.#newest.get(type)
      if (report) stream.write(lineOf(report))
    }
  }
}

/** One line, within what a peer reads: a start-up script's log of wide characters may be longer, and loses its head. */
function lineOf(report: AgentReport): string {
  const line = `${JSON.stringify(report)}\n`
  if (report.type !== 'startup' || report.tail.length === 0) return line
  if (Buffer.byteLength(line) <= MAX_REPORT_LINE_BYTES) return line
  return lineOf({ ...report, tail: report.tail.slice(Math.ceil(report.tail.length / 2)) })
}
