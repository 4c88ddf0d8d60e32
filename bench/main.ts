// `npm run bench -- NAME [--json]`: runs one bench and exits 1 when one of its bars is missed.

import { type BenchRow, print } from './report.ts'

const benches: Record<string, () => Promise<readonly BenchRow[]>> = {
  apps: async () => (await import('./apps.ts')).apps(),
  create: async () => (await import('./create.ts')).create(),
  gossip: async () => (await import('./gossip.ts')).gossip(),
  idle: async () => (await import('./idle.ts')).idle(),
  relay: async () => (await import('./relay.ts')).relay(),
  replicate: async () => (await import('./replicate.ts')).replicate(),
  ssh: async () => (await import('./ssh.ts')).ssh(),
  store: async () => (await import('./store.ts')).store(),
  terminal: async () => (await import('./terminal.ts')).terminal(),
}

const [name = '', ...flags] = process.argv.slice(2)
const bench = benches[name]
if (!bench) {
  console.error(`npm run bench -- ${Object.keys(benches).join('|')} [--json]`)
  process.exit(2)
}
const rows = await bench()
print(name, rows, flags.includes('--json'))
process.exit(rows.every((row) => row.ok) ? 0 : 1)
