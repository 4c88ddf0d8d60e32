// Compose's quantities: sizes, durations, cores, counts and switches. One reader for a template's own words and for
// values that come in later, so both are refused for the same reasons.

interface Row {
  readonly read: (text: string) => number | undefined
  readonly shape: string
  readonly example: string
}

export const quantities = {
  /** `512m`, `1.5gb`, `1024`; bytes, powers of 1024. */
  size: { read: readSize, shape: 'a size such as 512m or 2g', example: '2g' },
  /** `1h30m`, `10s`, `500ms`; milliseconds. */
  duration: { read: readDuration, shape: 'a duration such as 30s or 1m30s', example: '30s' },
  cores: {
    read: (text) => readNumber(text, 0.01, 1024),
    shape: 'a number of cores such as 1.5',
    example: '1.5',
  },
  count: {
    read: (text) => readWhole(text, 0, 1_000_000),
    shape: 'a whole number',
    example: '3',
  },
  pids: {
    read: (text) => readWhole(text, 16, 4_194_304),
    shape: 'a whole number of at least 16',
    example: '512',
  },
} as const satisfies Record<string, Row>
export type Quantity = keyof typeof quantities

const sizeUnits: Readonly<Record<string, number>> = { '': 0, b: 0, k: 1, m: 2, g: 3, t: 4 }

function readSize(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,3})?)\s*([kmgt]?)i?(b?)$/i.exec(text.trim())
  const power = sizeUnits[(match?.[2] ?? '').toLowerCase()]
  if (match === null || power === undefined) return undefined
  const bytes = Math.round(Number(match[1]) * 1024 ** power)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

function readDuration(text: string): number | undefined {
  if (!/^(\d{1,9}(\.\d{1,3})?(ms|s|m|h))+$/.test(text)) return undefined
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  return parts.reduce((sum, part) => sum + Number(part[1]) * (durationUnits[part[2] ?? ''] ?? 0), 0)
}

function readNumber(text: string, least: number, most: number): number | undefined {
  if (!/^\d{1,7}(\.\d{1,6})?$/.test(text.trim())) return undefined
  const value = Number(text)
  return value >= least && value <= most ? value : undefined
}

function readWhole(text: string, least: number, most: number): number | undefined {
  const value = readNumber(text, least, most)
  return value !== undefined && Number.isInteger(value) ? value : undefined
}
