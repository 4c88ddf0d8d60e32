// Spans of time in words that fit a table cell.

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long something took or has been going on: `420 ms`, `3.4 s`, `2 min 5 s`, `3 h 12 min`, `4 d 2 h`. */
export function duration(ms: number): string {
  const span = Math.max(0, ms)
  if (span < SECOND) return `${Math.round(span)} ms`
  if (span < 10 * SECOND) return `${(Math.floor(span / 100) / 10).toFixed(1)} s`
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`
  if (span < HOUR) return two(span, MINUTE, 'min', SECOND, 's')
  if (span < DAY) return two(span, HOUR, 'h', MINUTE, 'min')
  return two(span, DAY, 'd', HOUR, 'h')
}

function two(span: number, big: number, bigUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((span % big) / small)
  const head = `${Math.floor(span / big)} ${bigUnit}`
  return rest === 0 ? head : `${head} ${rest} ${smallUnit}`
}

/** A coarser form for columns: one unit only. */
export function roughly(ms: number): string {
  const span = Math.max(0, ms)
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`
  if (span < DAY) return `${Math.floor(span / HOUR)} h`
  if (span < 60 * DAY) return `${Math.floor(span / DAY)} d`
  return `${Math.floor(span / (30 * DAY))} months`
}

/** A moment as seen from `nowMs`: `now`, `12 min ago`, `in 3 d`. */
export function ago(atMs: number, nowMs: number): string {
  const span = nowMs - atMs
  if (Math.abs(span) < 10 * SECOND) return 'now'
  return span > 0 ? `${roughly(span)} ago` : `in ${roughly(-span)}`
}

const LARGE = 2

/** How far a clock is off, in whichever unit says it best, to the nearest: `12 ms`, `90 s`, `24 h`. Its sign is the reader's. */
export function clockSpan(offsetMs: number): string {
  const span = Math.abs(offsetMs)
  if (span < LARGE * SECOND) return `${Math.round(span)} ms`
  if (span < LARGE * MINUTE) return `${Math.round(span / SECOND)} s`
  if (span < LARGE * HOUR) return `${Math.round(span / MINUTE)} min`
  if (span < LARGE * DAY) return `${Math.round(span / HOUR)} h`
  return `${Math.round(span / DAY)} d`
}
