// Reads an agent's report stream: lines of JSON, each checked. The space's user can be the agent, so a line that is
// too long or not a report ends the reading, and with it the link; nothing else is touched.

import { SkeinError } from '#protocol/errors.ts'
import { type AgentReport, agentReportSchema, MAX_REPORT_LINE_BYTES } from '#protocol/report.ts'

const NEWLINE = 0x0a

/**
 * Cuts chunks into reports, each read only when it is asked for, so that the reader sets the pace. Read each chunk to
 * its end before the next. Throws `too_large` or `frame_invalid`.
 */
export class ReportLines {
  #held: Buffer[] = []
  #heldBytes = 0;

  *read(chunk: Buffer): Generator<AgentReport> {
    let rest = chunk
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      this.#hold(rest.subarray(0, end))
      const line = Buffer.concat(this.#held)
      this.#held = []
      this.#heldBytes = 0
      yield parseReport(line)
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
}

function parseReport(line: Buffer): AgentReport {
  let value: unknown
  try {
    value = JSON.parse(line.toString('utf8'))
  } catch (cause) {
    throw new SkeinError('frame_invalid', { reason: 'report is not JSON' }, cause)
  }
  const report = agentReportSchema.safeParse(value)
  if (!report.success) throw new SkeinError('frame_invalid', { reason: 'report of no known form' })
  return report.data
}
