// Limits as somebody types them, and as they are. Pure.

import type { Quota } from '#protocol/api/people.ts'
import { type QuotaName, quotaNames } from '#protocol/api/quota-names.ts'
import { bytes } from '../format/quantity.ts'

const GIB = 1024 ** 3

export type QuotaTexts = Readonly<Record<QuotaName, string>>

export const quotaTexts = (quota: Quota): QuotaTexts => {
  const of = (name: QuotaName): string => {
    const limit = quota[name]
    if (limit === undefined) return ''
    return String(name === 'memoryBytes' ? Math.round((limit / GIB) * 100) / 100 : limit)
  }
  return {
    spaces: of('spaces'),
    running: of('running'),
    cpus: of('cpus'),
    memoryBytes: of('memoryBytes'),
  }
}

/** What is empty is no limit; `wrong` names what is no number. */
export function quotaIn(typed: QuotaTexts): {
  readonly quota: Quota
  readonly wrong: readonly QuotaName[]
} {
  const read = quotaNames.map((name) => [name, numberIn(name, typed[name])] as const)
  const wrong = read.flatMap(([name, limit]) => (limit === 'wrong' ? [name] : []))
  const given = read.filter(([, limit]) => typeof limit === 'number')
  return { quota: Object.fromEntries(given), wrong }
}

function numberIn(name: QuotaName, text: string): number | 'wrong' | undefined {
  const plain = text.trim().replace(',', '.')
  if (plain === '') return undefined
  const value = Number(plain)
  const isWhole = name === 'spaces' || name === 'running'
  if (!Number.isFinite(value) || value < 0 || (isWhole && !Number.isInteger(value))) return 'wrong'
  return name === 'memoryBytes' ? Math.round(value * GIB) : value
}

export const amountText = (name: QuotaName, amount: number): string =>
  name === 'memoryBytes' ? bytes(amount) : String(Math.round(amount * 100) / 100)
