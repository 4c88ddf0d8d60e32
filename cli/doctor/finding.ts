// One line of the doctor's report.

export interface Finding {
  readonly check: string
  readonly level: 'ok' | 'warn' | 'fail'
  readonly message: string
  /** What to do, for everything that is not ok. */
  readonly advice?: string
}

export const ok = (check: string, message: string): Finding => ({ check, level: 'ok', message })

export const warn = (check: string, message: string, advice: string): Finding => ({
  check,
  level: 'warn',
  message,
  advice,
})

export const fail = (check: string, message: string, advice: string): Finding => ({
  check,
  level: 'fail',
  message,
  advice,
})

const MEBIBYTE = 1024 * 1024

/** `512 MB`, `7.5 GB`: for people, so in steps of 1024 without the scholarly i. */
export function size(bytes: number): string {
  const megabytes = bytes / MEBIBYTE
  return megabytes < 1024 ? `${Math.round(megabytes)} MB` : `${(megabytes / 1024).toFixed(1)} GB`
}
