// What is left of some transactions, and entries of streams, as their scripts answer it.

import { z } from 'zod'
import type { SpanAnswer, SpanQuery, StoredEntry, StreamQuery, Sweep } from '../store.ts'
import type { Connection } from './connection.ts'
import { ORDER, padded } from './names.ts'
import { elementsOf, entryOf, NOTHING, withParked } from './read.ts'

const texts = z.array(z.instanceof(Buffer))
const spansSchema = z.tuple([texts, texts, texts, texts, texts])
const entriesSchema = z.tuple([texts, texts])

/** After every place of an index that begins so: the next character after the digits. */
const END = ':'

export async function readSpans(
  connection: Connection,
  { spans, maxBytes }: SpanQuery,
): Promise<SpanAnswer> {
  const asked = spans.flatMap(({ origin, low, high }) => [origin, padded(low), padded(high)])
  const answer = await connection.run('spans', [String(maxBytes), ...asked])
  const [lows, names, packed, places, entries] = spansSchema.parse(answer)
  const elements = elementsOf(names, packed, NOTHING)
  return {
    rows: withParked(elements),
    claims: elements.claims,
    tombstones: elements.tombstones,
    entries: entriesOf(places, entries),
    spans: spans.slice(0, lows.length).map((span, i) => ({ ...span, low: Number(lows[i]) })),
  }
}

export async function readStream(
  connection: Connection,
  { stream, subject, before, limit }: StreamQuery,
): Promise<StoredEntry[]> {
  const part = subject === undefined ? ORDER.stream(stream) : ORDER.subject(stream, subject)
  const top = before === undefined ? `(${part}${END}` : `(${part}${padded(before)}`
  const answer = await connection.run('stream', [top, `[${part}`, String(limit)])
  return entriesOf(...entriesSchema.parse(answer))
}

/** Answers how many went. */
export async function sweepEntries(connection: Connection, cut: Sweep): Promise<number> {
  const [from, to] = partOf(cut)
  return z.number().parse(await connection.run('sweep', [from, to, String(cut.limit)]))
}

function partOf(cut: Sweep): readonly [from: string, to: string] {
  if ('beforeMs' in cut) {
    const part = ORDER.age(cut.stream)
    return [`[${part}`, `(${part}${padded(Math.max(0, Math.ceil(cut.beforeMs)))}`]
  }
  const part = ORDER.origin(cut.stream, cut.origin)
  return [`[${part}`, `(${part}${padded(cut.upTo.seq)}/${padded(cut.upTo.index)}/${END}`]
}

function entriesOf(places: readonly Buffer[], packed: readonly Buffer[]): StoredEntry[] {
  return packed.flatMap((one, i) => {
    const place = places[i]
    return place ? [entryOf(place, one)] : []
  })
}
