// Reads an agent's report stream: lines of JSON, each checked. The space's user can be the agent: a line that is not a
// report is dropped and counted, one that never ends is refused before it is held.

import { SkeinError } from '#protocol/errors.ts'
import { type AgentReport, agentReportSchema, MAX_REPORT_LINE_BYTES } from '#protocol/report.ts'

const NEWLINE = 0x0a
/** Lines that may be no report we know: an agent of a later version has some, one that means harm has nothing else. */
export const MAX_UNKNOWN_LINES = 1000

/**
 * Cuts chunks into reports, each read only when it is asked for, so that the reader sets the pace. Read each chunk to
 * its end before the next. Throws `too_large` or `frame_invalid`.
 */
export class ReportLines {
  #held: Buffer[] = []
  #heldBytes = 0
  #unknown = 0;

  *read(chunk: Buffer): Generator<AgentReport> {
    let rest = chunk
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      this.#hold(rest.subarray(0, end))
      const line = Buffer.concat(this.#held)
      this.#held = []
      this.#heldBytes = 0
      const report = parseReport(line)
      if (report) yield report
      else this.#countUnknown()
      rest = rest.subarray(end + 1)
    }
    this.#hold(rest)
  }

  #hold(piece: Buffer): void {
    this.#heldBytes += piece.length
    if (this.#heldBytes > MAX_REPORT_LINE_BYTES) {
      throw new SkeinError('too_large', {
        thing: 'report',
        limit: `${MAX_REPORT_LINE_BYTES} bytes`,
      })
    }
    this.#held.push(piece)
  }

  #countUnknown(): void {
    this.#unknown++
    if (this.#unknown > MAX_UNKNOWN_LINES) {
      throw new SkeinError('frame_invalid', { reason: 'reports of no known form' })
    }
  }
}

function parseReport(line: Buffer): AgentReport | undefined {
  try {
    return agentReportSchema.safeParse(JSON.parse(line.toString('utf8'))).data
  } catch {
    return undefined
  }
}
