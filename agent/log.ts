// The agent's log: one JSON object a line on standard error, which is the container's log and thus limited by Docker.

export type LogDetails = Readonly<Record<string, unknown>>

export interface Log {
  info(text: string, details?: LogDetails): void
  warn(text: string, details?: LogDetails): void
  error(text: string, details?: LogDetails): void
}

/** Longest text of one detail, characters: a hostile message shall not fill the log. */
const MAX_DETAIL_CHARS = 2000

export function createLog(
  write: (line: string) => void = (line) => process.stderr.write(line),
): Log {
  const at =
    (level: string) =>
    (text: string, details: LogDetails = {}) => {
      const shown = Object.entries(details).map(([key, value]) => [key, show(value)])
      write(
        `${JSON.stringify({ level, time: new Date().toISOString(), msg: text, ...Object.fromEntries(shown) })}\n`,
      )
    }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}

function show(value: unknown): unknown {
  if (value instanceof Error) return (value.stack ?? value.message).slice(0, MAX_DETAIL_CHARS)
  return typeof value === 'string' ? value.slice(0, MAX_DETAIL_CHARS) : value
}
