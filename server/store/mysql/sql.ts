// Values as they stand in statements. Every one is a number or hexadecimal digits, so nothing that anybody ever wrote can be
// read as SQL, in whatever mode or character set the server is. That allows a whole commit to be one text with
// many statements, which is one way to the server and back where prepared statements would take one for each.

export type Value = string | number | bigint | Uint8Array | null | undefined

/** Whole numbers from 0, bytes, or text as UTF-8. Throws a TypeError at any other number. */
export function literal(value: Value): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'string') return `X'${Buffer.from(value).toString('hex')}'`
  if (typeof value === 'bigint') return whole(value >= 0n, value)
  if (typeof value === 'number') return whole(Number.isSafeInteger(value) && value >= 0, value)
  return `X'${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}'`
}

/** A statement with its values. */
export function sql(texts: TemplateStringsArray, ...values: readonly Value[]): string {
  return texts.reduce((all, text, i) => `${all}${literal(values[i - 1])}${text}`)
}

/** `(a, b), (c, d)` of lines of values. */
export function tuples(lines: readonly (readonly Value[])[]): string {
  return lines.map((line) => `(${line.map(literal).join(',')})`).join(',')
}

/** `(kind = 'a' AND id = 'b') OR …`. Servers look such a thing up in a key, which not all do for lists of tuples. */
export function anyOf(columns: readonly string[], lines: readonly (readonly Value[])[]): string {
  const one = (line: readonly Value[]) =>
    `(${columns.map((column, i) => `${column} = ${literal(line[i])}`).join(' AND ')})`
  return lines.map(one).join(' OR ')
}

function whole(isWhole: boolean, value: number | bigint): string {
  if (!isWhole) throw new TypeError(`${value} is not a whole number that a database keeps`)
  return String(value)
}
