// Cuts an agent's report stream into checked reports. The space's user can be the agent: a line that is not a report
// is dropped and counted, one that never ends is refused before it is held.

import { SkeinError } from '#protocol/errors.ts'
import { type AgentReport, agentReportSchema, MAX_REPORT_LINE_BYTES } from '#protocol/report.ts'

const NEWLINE = 0x0a
/** Lines that may be no report we know: an agent of a later version has some, one of an attacker has nothing else. */
export const MAX_UNKNOWN_LINES = 1000

export class ReportLines {
  #held: Buffer[] = []
  #heldBytes = 0
  #unknown = 0
  #count = 0

  /** All lines so far, known or not. */
  get count(): number {
    return this.#count
  }

  /** Throws `too_large` or `frame_invalid`: then nothing of this stream is believed any more. */
  push(chunk: Buffer): AgentReport[] {
    const reports: AgentReport[] = []
    let at = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
      this.#hold(chunk.subarray(at, end))
      const report = parseReport(Buffer.concat(this.#held).toString('utf8'))
      if (report) reports.push(report)
      else this.#countUnknown()
      this.#count++
      this.#held = []
      this.#heldBytes = 0
      at = end + 1
    }
    this.#hold(chunk.subarray(at))
    return reports
  }

  #hold(piece: Buffer): void {
    this.#heldBytes += piece.length
    if (this.#heldBytes > MAX_REPORT_LINE_BYTES) {
      throw new SkeinError('too_large', {
        thing: 'report',
        limit: `${MAX_REPORT_LINE_BYTES} bytes`,
      })
    }
    if (piece.length > 0) this.#held.push(piece)
  }

  #countUnknown(): void {
    this.#unknown++
    if (this.#unknown > MAX_UNKNOWN_LINES) {
      throw new SkeinError('frame_invalid', { reason: 'reports of no known form' })
    }
  }
}

function parseReport(line: string): AgentReport | undefined {
  try {
    return agentReportSchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
