// What a commit and a start take with each driver, beside its library alone. SKEIN_STORE_ONLY names one of them.

import type { BenchRow } from './report.ts'

const drivers: Record<string, () => Promise<BenchRow[]>> = {
  sqlite: async () => (await import('./store-sqlite.ts')).sqliteRows(),
  mysql: async () => (await import('./store-mysql.ts')).mysqlRows(),
  redis: async () => (await import('./store-redis.ts')).redisRows(),
}

export async function store(): Promise<readonly BenchRow[]> {
  const only = process.env.SKEIN_STORE_ONLY
  const rows: BenchRow[] = []
  for (const [name, measure] of Object.entries(drivers)) {
    if (only === undefined || only === name) rows.push(...(await measure()))
  }
  return rows
}
