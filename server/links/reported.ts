// What a report says, as the value of its Live topic.

import type { AgentReport } from '#protocol/report.ts'
import type { LiveTopics } from '../live/live.ts'

/** Everything in Live that comes from an agent; the key is its space. */
export type ReportedTopic = 'agent' | 'ports' | 'services' | 'usage' | 'startup' | 'terminals'

export type Reported = {
  [T in ReportedTopic]: { readonly topic: T; readonly value: LiveTopics[T] }
}[ReportedTopic]

/** `linkedAt` and `nowMs` are wall time. */
export function toReported(report: AgentReport, linkedAt: number, nowMs: number): Reported {
  switch (report.type) {
    case 'hello': {
      const { type: _, ...hello } = report
      return { topic: 'agent', value: { linkedAt, ...hello } }
    }
    case 'ports':
      return { topic: 'ports', value: report.ports }
    case 'services':
      return { topic: 'services', value: report.services }
    case 'stats': {
      const { type: _, ...usage } = report
      return { topic: 'usage', value: { at: nowMs, ...usage } }
    }
    case 'startup': {
      const { type: _, ...startup } = report
      return { topic: 'startup', value: startup }
    }
    case 'terminals':
      return { topic: 'terminals', value: { count: report.count, at: nowMs } }
  }
}
