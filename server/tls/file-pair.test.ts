import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { TestAuthority, type TestPair } from '../../tests/support/certificates.ts'
import { TestClock } from '../../tests/support/clock.ts'
import { FilePair } from './file-pair.ts'

const clock = new TestClock()
const authority = new TestAuthority(clock.nowMs())
const issue = (name: string, days = 30) => authority.issue([name], { nowMs: clock.nowMs(), days })

const root = mkdtempSync(join(tmpdir(), 'skein-pair-'))
after(() => rmSync(root, { recursive: true }))

let folder: string
let lines: { details: Record<string, unknown>; message: string }[]
let count = 0
beforeEach(() => {
  folder = join(root, String(++count))
  mkdirSync(folder)
  lines = []
})

const log = {
  info: (details: object, message: string) => lines.push({ details: { ...details }, message }),
  warn: (details: object, message: string) => lines.push({ details: { ...details }, message }),
}
const files = (within = folder) => ({ cert: join(within, 'tls.crt'), key: join(within, 'tls.key') })

function put({ cert, key }: TestPair, within = folder): void {
  writeFileSync(join(within, 'tls.crt'), cert)
  writeFileSync(join(within, 'tls.key'), key)
}

/** A change counts when two looks see the same. */
async function lookTwice(pair: FilePair): Promise<boolean> {
  return (await pair.refresh()) || (await pair.refresh())
}

test('a pair that was replaced is served from the second look on', async () => {
  put(issue('old.test'))
  const pair = await FilePair.open(files(), clock, log)
  assert.equal(await lookTwice(pair), false)
  put(issue('new.test'))
  assert.equal(await pair.refresh(), false)
  assert.equal(await pair.refresh(), true)
  assert.deepEqual(pair.pair.names, ['new.test'])
  assert.equal(await lookTwice(pair), false)
})

test('links that flip to other files are followed, as certbot makes them', async () => {
  for (const version of ['1', '2']) {
    const { cert, key } = issue(`v${version}.test`)
    writeFileSync(join(folder, `cert${version}.pem`), cert)
    writeFileSync(join(folder, `key${version}.pem`), key)
  }
  const point = (name: string, version: string) => {
    rmSync(join(folder, name), { force: true })
    symlinkSync(`${name === 'tls.crt' ? 'cert' : 'key'}${version}.pem`, join(folder, name))
  }
  for (const name of ['tls.crt', 'tls.key']) point(name, '1')
  const pair = await FilePair.open(files(), clock, log)
  for (const name of ['tls.crt', 'tls.key']) point(name, '2')
  assert.equal(await lookTwice(pair), true)
  assert.deepEqual(pair.pair.names, ['v2.test'])
})

test('a link of a folder above that flips is followed, as Kubernetes makes it', async () => {
  const point = (to: string) => {
    symlinkSync(to, join(folder, '..next'))
    renameSync(join(folder, '..next'), join(folder, '..data'))
  }
  for (const version of ['..1', '..2']) {
    mkdirSync(join(folder, version))
    put(issue(`v${version}.test`), join(folder, version))
  }
  point('..1')
  for (const name of ['tls.crt', 'tls.key']) symlinkSync(join('..data', name), join(folder, name))
  const pair = await FilePair.open(files(), clock, log)
  point('..2')
  assert.equal(await lookTwice(pair), true)
  assert.deepEqual(pair.pair.names, ['v..2.test'])
})

const broken: [string, () => void, RegExp][] = [
  [
    'a key of another certificate',
    () => put({ ...issue('a.test'), key: issue('b.test').key }),
    /not that of/,
  ],
  ['no certificate at all', () => put({ cert: 'hello', key: issue('a.test').key }), /not PEM/],
  [
    'half a key',
    () => put({ ...issue('a.test'), key: issue('a.test').key.slice(0, 60) }),
    /not PEM/,
  ],
  ['an authority in place of a server', () => put(authority), /an authority’s/],
  ['a certificate that has expired', () => put(issue('a.test', -0.5)), /expired/],
  ['a file that is gone', () => rmSync(join(folder, 'tls.key')), /cannot be read \(ENOENT\)/],
]
for (const [what, change, reason] of broken) {
  test(`${what} is refused with one line, and the old pair stays until there is a good one`, async () => {
    put(issue('old.test'))
    const pair = await FilePair.open(files(), clock, log)
    change()
    assert.equal(await lookTwice(pair), false)
    assert.equal(await lookTwice(pair), false)
    assert.deepEqual(pair.pair.names, ['old.test'])
    assert.equal(lines.length, 1)
    assert.match(String(lines[0]?.details.reason), reason)
    put(issue('good.test'))
    assert.equal(await lookTwice(pair), true)
    assert.deepEqual(pair.pair.names, ['good.test'])
  })
}

test('at the start a broken pair is refused, and an expired one is served with a warning', async () => {
  await assert.rejects(
    FilePair.open(files(), clock, log),
    (error) => error instanceof SkeinError && error.code === 'tls_invalid',
  )
  put(issue('late.test', -0.5))
  const pair = await FilePair.open(files(), clock, log)
  assert.deepEqual(pair.pair.names, ['late.test'])
  assert.match(lines[0]?.message ?? '', /expired/)
})
