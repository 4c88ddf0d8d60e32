// What a template asks of its host: `placement: { zone: b, labels: { gpu: nvidia } }`, or labels as a list of bare words.

import { isLabelWord, MAX_LABELS } from '#protocol/placement.ts'
import type { Field } from './field.ts'
import type { Constraints } from './template.ts'
import { literal, type Read, word } from './word.ts'

export const placementTable = {
  zone: literal('The zone of the host, as the configuration says it.'),
  labels: word(
    'Labels of the host: `{ gpu: nvidia }` or, whatever their values, `[gpu, ssd]`.',
    { anyOf: [{ type: 'object' }, { type: 'array', items: { type: 'string' } }] },
    readLabels,
  ),
}

export function placementOf({ zone, labels }: Read<typeof placementTable>, at: Field): Constraints {
  if (zone !== undefined && (zone.trim() === '' || zone.length > 64)) {
    at.problem('A zone has 1 to 64 characters.')
  }
  return { labels: labels ?? {}, ...(zone !== undefined && { zone: zone.trim() }) }
}

function readLabels(at: Field): Readonly<Record<string, string>> {
  const pairs = at.isList
    ? at.list().map((item) => ({ key: item.literal() ?? '', value: '', place: item }))
    : at.entries().map(({ key, keyField, value }) => ({
        ...{ key, place: keyField },
        value: value.literal() ?? '',
      }))
  if (pairs.length > MAX_LABELS) at.problem(`There are more than ${MAX_LABELS} labels.`)
  for (const { key, value, place } of pairs) {
    if (isLabelWord(key) && (value === '' || isLabelWord(value))) continue
    place.problem(
      'This cannot be a label.',
      'Write words of letters, digits and “. _ / -”, such as `gpu: nvidia`.',
    )
  }
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]))
}
