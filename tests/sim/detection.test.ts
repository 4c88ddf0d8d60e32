// How soon a crash is noticed, over many kills in virtual time: among three, where the one other witness counts
// for all, among ten and among thirty. `npm run bench -- gossip` measures the same with real sockets.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amount } from '../support/amount.ts'
import { detections } from './detection.ts'

/** Kills of one cluster, one after the other: what is left of the former must not delay the next. */
const KILLS = 10
/** To the first `unreachable`, ms, and from there to everyone's. */
const FIRST_P50_MS = 3500
const FIRST_P99_MS = 4500
const SPREAD_P99_MS = 500

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.POSITIVE_INFINITY

for (const [size, clusters] of [
  [3, amount({ usual: 12, whole: 100 })],
  [10, amount({ usual: 3, whole: 20 })],
  [30, amount({ usual: 1, whole: 5 })],
] as const) {
  test(`a crash among ${size} is noticed by somebody in 4.5 s, and by all in half a second more`, (t) => {
    const all = Array.from({ length: clusters }, (_, i) =>
      detections(i + 1, { size, rounds: KILLS }),
    ).flat()
    const first = all.map(({ firstMs }) => firstMs)
    const spread = all.map(({ firstMs, allMs }) => allMs - firstMs)
    const [p50, p99] = [quantile(first, 0.5), quantile(first, 0.99)]
    t.diagnostic(`${all.length} kills: p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`)
    assert.ok(p50 <= FIRST_P50_MS, `p50 ${p50}`)
    assert.ok(p99 <= FIRST_P99_MS, `p99 ${p99}`)
    assert.ok(quantile(spread, 0.99) <= SPREAD_P99_MS, `spread ${quantile(spread, 0.99)}`)
  })
}
