// Sizes as people write them: `512m`, `2 GB`, `1.5g`. Powers of 1024, as Docker means them.

const FACTORS: Record<string, number> = {
  '': 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
}

export const sizeUnits = [
  { value: 'm', label: 'MB' },
  { value: 'g', label: 'GB' },
] as const

/** Bytes, or NaN where the text is no size. */
export function parseSize(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?\s*$/i.exec(text)
  if (!match) return Number.NaN
  return Math.round(Number(match[1]) * (FACTORS[(match[2] ?? '').toLowerCase()] ?? Number.NaN))
}

/** The shortest text that means exactly these bytes. */
export function sizeText(count: number): string {
  for (const unit of ['t', 'g', 'm', 'k']) {
    const factor = FACTORS[unit] ?? 1
    if (count >= factor && count % factor === 0) return `${count / factor}${unit}`
  }
  return String(count)
}

/** A size as the two fields show it; what is no size stays in the first, to be mended there. */
export function splitSize(text: string): { readonly amount: string; readonly unit: string } {
  const match = /^\s*([\d.]+)\s*([mg])(?:i?b)?\s*$/i.exec(text)
  if (match) return { amount: match[1] ?? '', unit: (match[2] ?? 'm').toLowerCase() }
  const count = parseSize(text)
  if (Number.isFinite(count) && count > 0) {
    const unit = count >= 1024 ** 3 && count % 1024 ** 3 === 0 ? 'g' : 'm'
    return { amount: String(count / (FACTORS[unit] ?? 1)), unit }
  }
  return { amount: text, unit: 'm' }
}
