// Rows of words as aligned columns.

const GAP = 2

export function columns(rows: readonly (readonly string[])[]): string {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? '').length)),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((word, i) => (i === row.length - 1 ? word : word.padEnd((widths[i] ?? 0) + GAP)))
      .join('')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}
