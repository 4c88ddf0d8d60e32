// Bytes, shares and milliseconds as a reader wants them.

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes in powers of 1024, since that is what memory limits are given in: `512 MB` is a limit of `512m`. */
export function bytes(count: number): string {
  let value = Math.max(0, count)
  let unit = 0
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit > 0 && value < 10 ? 1 : 0
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${UNITS[unit]}`
}

/** CPU as a share of one core; 250 is two and a half cores. */
export function percent(value: number): string {
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} %`
}

export function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`
}

export function count(n: number, one: string, many: string): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`
}
