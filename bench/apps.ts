// An app through its host name, beside the same app direct and behind a real nginx: requests a second of a small
// answer, and MB/s of a large one. The load is `wrk` with 32 connections that stay open.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  addressOf,
  containerOf,
  startNode,
  untilListens,
  visitorOf,
  writeInto,
} from '../tests/support/apps.ts'
import { Skein } from '../tests/support/skein.ts'
import { startNginx } from './nginx.ts'
import { type BenchRow, quantile, row } from './report.ts'
import { benchSpace } from './space.ts'

const PORT = 3000
const CONNECTIONS = 32
const LOAD_SECONDS = Number(process.env.SKEIN_DEV_BENCH_SECONDS ?? 5)
/** Of each; the median counts, and the three ways take turns so that the machine's moods meet all. */
const ROUNDS = 5
const LARGE_BYTES = 256 * 1024 * 1024

const APP = `
import { createServer } from 'node:http'
const small = JSON.stringify({ ok: true, items: [1, 2, 3], text: 'a small answer of an API' })
const piece = Buffer.alloc(256 * 1024, 'skein')
createServer((request, response) => {
  if (!request.url.startsWith('/large')) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': small.length })
    return response.end(small)
  }
  let left = ${LARGE_BYTES}
  response.writeHead(200, { 'content-length': left })
  const more = () => {
    while (left > 0) {
      left -= piece.length
      if (!response.write(piece)) return response.once('drain', more)
    }
    response.end()
  }
  more()
}).listen(${PORT}, '0.0.0.0')
`

/** One way to the app. */
interface Way {
  readonly name: 'skein' | 'direct' | 'nginx'
  readonly url: string
  readonly headers: readonly string[]
}

export async function apps(): Promise<readonly BenchRow[]> {
  const { skein, api } = await Skein.start()
  try {
    const space = await benchSpace(api, 'apps')
    const container = await containerOf(space)
    await writeInto(container, '/tmp/app.mjs', APP)
    await startNode(container, '/tmp/app.mjs')
    await untilListens(api, space, PORT)
    const host = `${PORT}--apps--ada.localhost`
    const visitor = visitorOf(api)
    const { status } = await visitor.go(host, '/')
    if (status !== 200) throw new Error(`the app answers ${status}`)
    const direct = `http://${await addressOf(container)}:${PORT}`
    const nginx = await startNginx(direct.slice('http://'.length))
    const headers = [`Host: ${host}:${skein.port}`, `Cookie: ${visitor.cookieOf(host)}`]
    const ways: Way[] = [
      { name: 'skein', url: skein.url, headers },
      { name: 'direct', url: direct, headers: [] },
      { name: 'nginx', url: nginx.url, headers: [] },
    ]
    try {
      return [...(await small(ways)), ...(await large(ways))]
    } finally {
      await nginx.close()
    }
  } finally {
    await api.deleteSpaces()
    await skein.close()
  }
}

async function small(ways: readonly Way[]): Promise<BenchRow[]> {
  const rates = await inTurns(ways, requestsASecond)
  const [ours = 0, direct = 0, nginx = 0] = rates
  return [
    row('small', 'requests/s', ours, { peer: 'nginx', theirs: nginx }, { ratio: { least: 0.5 } }),
    row('small', 'requests/s', ours, { peer: 'direct', theirs: direct }, {}),
  ]
}

async function large(ways: readonly Way[]): Promise<BenchRow[]> {
  const rates = await inTurns(ways, megabytesASecond)
  const [ours = 0, direct = 0, nginx = 0] = rates
  // 300 MB/s, or half of what nginx does where the machine cannot.
  const least = Math.min(300, nginx / 2)
  return [
    row('large', 'MB/s', ours, { peer: 'nginx', theirs: nginx }, { ours: { least } }),
    row('large', 'MB/s', ours, { peer: 'direct', theirs: direct }, {}),
  ]
}

async function inTurns(
  ways: readonly Way[],
  measure: (way: Way) => Promise<number>,
): Promise<number[]> {
  const samples = ways.map((): number[] => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, way] of ways.entries()) samples[i]?.push(await measure(way))
  }
  return samples.map((each) => quantile(each, 0.5))
}

const run = promisify(execFile)

async function requestsASecond({ url, headers }: Way): Promise<number> {
  const given = headers.flatMap((header) => ['-H', header])
  const load = ['-t1', `-c${CONNECTIONS}`, `-d${LOAD_SECONDS}s`, ...given, `${url}/small`]
  const { stdout } = await run('wrk', load)
  const bad = /Non-2xx[^:]*: (\d+)/.exec(stdout)?.[1]
  if (bad !== undefined) throw new Error(`${bad} answers were refusals:\n${stdout}`)
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1] ?? 0)
}

async function megabytesASecond({ url, headers }: Way): Promise<number> {
  const given = headers.flatMap((header) => ['-H', header])
  const format = '%{size_download} %{time_total} %{time_starttransfer}'
  const { stdout } = await run('curl', [
    '-s',
    '-o',
    '/dev/null',
    '-w',
    format,
    ...given,
    `${url}/large`,
  ])
  const [bytes = 0, total = 1, began = 0] = stdout.split(' ').map(Number)
  if (bytes !== LARGE_BYTES) throw new Error(`${bytes} bytes came of ${LARGE_BYTES}`)
  return bytes / 1e6 / (total - began)
}
