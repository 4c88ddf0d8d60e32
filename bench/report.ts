// What every bench prints: a table for people, one JSON line for machines, and whether each bar was met.

export interface BenchRow {
  readonly metric: string
  readonly unit: string
  readonly ours: number
  /** What it is compared against, measured in the same run. */
  readonly peer: string
  readonly theirs: number
  readonly ratio: number
  readonly bar: string
  readonly ok: boolean
}

interface Bar {
  /** The bar on our own figure. */
  readonly ours?: { readonly least?: number; readonly most?: number }
  /** The bar on ours ÷ theirs. */
  readonly ratio?: { readonly least?: number; readonly most?: number }
  /** The bar on ours − theirs. */
  readonly over?: { readonly most: number }
}

export function row(
  metric: string,
  unit: string,
  ours: number,
  versus: { peer: string; theirs: number },
  bar: Bar,
): BenchRow {
  const ratio = versus.theirs === 0 ? 0 : ours / versus.theirs
  const checks = [
    ...limits('', ours, bar.ours),
    ...limits('ratio ', ratio, bar.ratio),
    ...limits('over ', ours - versus.theirs, bar.over),
  ]
  return {
    metric,
    unit,
    ours: round(ours),
    peer: versus.peer,
    theirs: round(versus.theirs),
    ratio: round(ratio),
    bar: checks.map((check) => check.text).join(', ') || 'none',
    ok: checks.every((check) => check.ok),
  }
}

function limits(name: string, value: number, limit: { least?: number; most?: number } | undefined) {
  const checks: { text: string; ok: boolean }[] = []
  if (limit?.least !== undefined)
    checks.push({ text: `${name}>= ${limit.least}`, ok: value >= limit.least })
  if (limit?.most !== undefined)
    checks.push({ text: `${name}<= ${limit.most}`, ok: value <= limit.most })
  return checks
}

const round = (value: number): number => Number(value.toPrecision(4))

export function print(bench: string, rows: readonly BenchRow[], json: boolean): void {
  if (json) {
    console.log(JSON.stringify({ bench, rows }))
    return
  }
  const cells = rows.map((r) => [
    r.metric,
    `${r.ours} ${r.unit}`,
    `${r.theirs} ${r.unit}`,
    r.peer,
    String(r.ratio),
    r.bar,
    r.ok ? 'ok' : 'MISSED',
  ])
  const table = [['metric', 'ours', 'theirs', 'beside', 'ratio', 'bar', ''], ...cells]
  const widths =
    table[0]?.map((_, i) => Math.max(...table.map((line) => line[i]?.length ?? 0))) ?? []
  for (const line of table)
    console.log(line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '))
}

/** The value below which `share` (0–1) of the samples lie. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
