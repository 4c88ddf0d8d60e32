// Compose files of the kinds that people post, and of the kinds that nobody should: each is read as a template and taken in
// as a Compose file. None crashes or takes long, none is refused without a line and a word, and nothing that is accepted
// reaches out of its space.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { TemplateProblem } from '#protocol/api/templates.ts'
import { mainOf, mainSpec, sideSpec } from '../../server/spaces/runtime/container-spec.ts'
import { importCompose } from '../../server/templates/compose/compose.ts'
import { lenientParameters } from '../../server/templates/parameter.ts'
import { parseTemplate } from '../../server/templates/parse.ts'
import { renderTemplate } from '../../server/templates/render.ts'
import type { ParsedTemplate } from '../../server/templates/template.ts'
import { hostileFiles } from './hostile.ts'

/** Of the processor, ms; other work on the machine is not counted. */
const MOST_MS = 100
const TRIES = 4

const folder = new URL('./compose/', import.meta.url)
const posted = readdirSync(folder).map((name) => ({
  name,
  source: readFileSync(new URL(name, folder), 'utf8'),
}))

/** What it costs at its best: a collection of garbage is not the file's. */
function timed<T>(name: string, work: () => T): T {
  let result = work()
  let best = Number.POSITIVE_INFINITY
  for (let at = 0; at < TRIES && best > MOST_MS; at++) {
    const before = process.cpuUsage()
    result = work()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  assert.ok(best <= MOST_MS, `${name} took ${best} ms`)
  return result
}

function assertTold(name: string, source: string, problems: readonly TemplateProblem[]): void {
  const lines = source.split('\n').length
  for (const { line, column, message } of problems) {
    assert.ok(line >= 1 && line <= lines + 1 && column >= 1, `${name}: ${line}:${column}`)
    assert.ok(message.length > 10 && message.length < 1000, `${name}: ${message.slice(0, 200)}`)
  }
}

const identity = { cluster: 'c', spaceId: 's1', epoch: 1, generation: 1, versionId: 'v' }
const agent = { version: '1', architecture: 'amd64', config: 'e30=', withheld: {} }

/** What the engine would be asked for holds nothing of the host. */
function assertContained(name: string, template: ParsedTemplate): void {
  const param = lenientParameters(template.parameters, {})
  const rendered = renderTemplate(template, {
    ...{ space: { id: 's1', name: 'box' }, user: { username: 'ada' }, param, isSketch: true },
  })
  const main = mainOf(rendered)
  for (const container of rendered.containers) {
    const { HostConfig } =
      container === main ? mainSpec(container, identity, agent) : sideSpec(container, identity)
    const known = [
      ...['NetworkMode', 'LogConfig', 'Mounts', 'PidsLimit', 'ReadonlyRootfs', 'ExtraHosts'],
      ...['Tmpfs', 'NanoCpus', 'Memory', 'MemorySwap', 'ShmSize', 'Init', 'RestartPolicy'],
      ...['CapDrop', 'SecurityOpt'],
    ]
    assert.deepEqual(
      Object.keys(HostConfig).filter((key) => !known.includes(key)),
      [],
      name,
    )
    assert.equal(HostConfig.NetworkMode, 'skein-s1', name)
    const options = (HostConfig.SecurityOpt ?? []) as string[]
    assert.ok(
      options.every((option) => option.startsWith('no-new-privileges')),
      name,
    )
    for (const mount of HostConfig.Mounts as { Type: string; Source: string }[]) {
      assert.equal(mount.Type, 'volume', name)
      assert.match(mount.Source, /^skein-(s1-[a-z0-9][a-z0-9_.-]*|agent-1)$/, name)
    }
  }
  assert.deepEqual(template.reaches, [], name)
}

/** As a person would begin: with the two words that Compose has not. */
function asTemplate(source: string): string {
  const [, first = 'main'] = /^services:\s*\n(?:#.*\n)*\s+([\w.-]+):/m.exec(source) ?? []
  const name = /^name:/m.test(source) ? '' : 'name: Posted\n'
  return `${name}${/^main:/m.test(source) ? '' : `main: ${first}\n`}${source}`
}

test('there are two hundred of them', () => {
  assert.ok(posted.length >= 30)
  assert.ok(posted.length + hostileFiles.length >= 200, String(hostileFiles.length))
  const names = new Set(hostileFiles.map(({ source }) => source))
  assert.equal(names.size, hostileFiles.length)
})

for (const { name, source } of posted) {
  test(`${name} is read or refused by line, and taken in with notes`, () => {
    const text = asTemplate(source)
    const read = timed(name, () => parseTemplate(text))
    if (read.problems === undefined) assertContained(name, read.template)
    else assertTold(name, text, read.problems)
    const taken = timed(name, () => importCompose(source))
    assertTold(name, taken.source, taken.problems)
    assert.ok(taken.source !== '', name)
    const lines = source.split('\n').length
    for (const note of taken.notes) {
      assert.ok(note.line >= 1 && note.line <= lines, `${name}: ${JSON.stringify(note)}`)
      assert.ok(
        note.word.length > 0 && note.message.length > 10,
        `${name}: ${JSON.stringify(note)}`,
      )
    }
    const again = parseTemplate(taken.source)
    if (again.problems === undefined) assertContained(name, again.template)
  })
}

test('most posted files become a template that needs nothing more than an image', () => {
  const open = posted.flatMap(({ name, source }) => {
    const problems = importCompose(source).problems.filter(
      ({ message }) => !/names no image/.test(message),
    )
    return problems.map(({ line, message }) => `${name}:${line} ${message}`)
  })
  assert.deepEqual(open, [])
})

for (const { name, source, line, word } of hostileFiles) {
  test(`${name.slice(0, 60)} is refused by line and word, and gets nowhere`, () => {
    const read = timed(name, () => parseTemplate(source))
    const problems = read.problems ?? []
    assert.ok(problems.length > 0, 'it was accepted')
    assertTold(name, source, problems)
    const fits = problems.filter(
      (one) =>
        (line === undefined || one.line === line) &&
        (word === undefined || word.test(`${one.message} ${one.hint ?? ''}`)),
    )
    assert.ok(fits.length > 0, JSON.stringify(problems.slice(0, 5)))
    const taken = timed(name, () => importCompose(source))
    assertTold(name, taken.source, taken.source === '' ? [] : taken.problems)
    const again = taken.source === '' ? undefined : parseTemplate(taken.source)
    if (again?.problems === undefined && again) assertContained(name, again.template)
  })
}
