// What no tool checks by itself: who may import whom, how long a file may be, that everything with a code, a key or a
// route is documented, and that nothing is left over.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyOf, settingNames, variableOf } from '../server/config/settings.ts'
import { exists, importsOf, read, type Source, sources } from './support/sources.ts'

const MOST_LINES = 400

const code = sources(/\.(ts|tsx|js|mjs)$/)
const programs = code.filter(({ isTest }) => !isTest)
const top = (path: string) => path.split('/')[0] ?? ''

/** Fails with all findings at once: who tidies wants the whole list. */
function assertNone(findings: readonly string[]): void {
  assert.deepEqual(findings, [])
}

function findLines(files: readonly Source[], pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
  )
}

/** For each folder, the folders of ours and the packages that its programs may import. */
const mayImport: Record<string, { ours: readonly string[]; packages: RegExp }> = {
  protocol: { ours: ['protocol'], packages: /^zod$/ },
  // Both ends of a link are one module, so that they cannot differ.
  link: { ours: ['link', 'protocol'], packages: /^(node:|zod$)/ },
  ssh: { ours: ['ssh', 'protocol'], packages: /^(node:|zod$|ssh2)/ },
  agent: {
    ours: ['agent', 'link', 'protocol', 'ssh'],
    packages: /^(node:|node-pty$|tar-stream$|ws$|@xterm\/)/,
  },
  web: { ours: ['web', 'protocol'], packages: /^(?!node:)/ },
  server: { ours: ['server', 'link', 'protocol', 'ssh', 'package.json'], packages: /^/ },
  // The agent's archives: both ends of a copy pack and unpack by the same code.
  cli: { ours: ['cli', 'server', 'protocol', 'agent'], packages: /^/ },
  scripts: { ours: ['scripts'], packages: /^(node:|rolldown$)/ },
}

test('a folder imports only what the layout allows it', () => {
  const findings = programs.flatMap((source) => {
    const rule = mayImport[top(source.path)]
    if (rule === undefined || source.path === 'web/vite.config.ts') return []
    return importsOf(source)
      .filter(({ specifier, file }) =>
        file === undefined ? !rule.packages.test(specifier) : !rule.ours.includes(top(file)),
      )
      .map(({ specifier }) => `${source.path} imports ${specifier}`)
  })
  assertNone(findings)
})

test('the page takes no schema of the API along: types are all it needs of them', () => {
  const importing = /import \{([^}]*)\} from '#(protocol\/[^']+)'/g
  const findings = programs
    .filter(({ path }) => path.startsWith('web/src/'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(importing)]
        .filter(([, names = '']) => names.split(',').some((one) => /^\s*(?!type\b)\w/.test(one)))
        .map(([, , file = '']) => file)
        .filter((file) => file.includes('/api/') && /^import \{ z \} from 'zod'/m.test(read(file)))
        .map((file) => `${path} imports more than types of ${file}`),
    )
  assertNone(findings)
})

/** Decisions that must stay free of sockets, files, clocks and chance. */
const PURE = [
  'server/supervisor/course.ts',
  'server/supervisor/exit.ts',
  'server/config/settings.ts',
  'server/spaces/machine.ts',
  'server/cluster/swim/',
  'server/live/',
  'server/audit/chain.ts',
  'server/audit/verify.ts',
  'protocol/',
]
const IMPURE = /^node:(fs|net|http|http2|tls|dgram|child_process|worker_threads|timers|sqlite)/

test('a pure core does no input or output', () => {
  const pure = programs.filter(({ path }) => PURE.some((prefix) => path.startsWith(prefix)))
  const findings = pure.flatMap((source) =>
    importsOf(source)
      .filter(({ specifier }) => IMPURE.test(specifier))
      .map(({ specifier }) => `${source.path} imports ${specifier}`),
  )
  assertNone(findings)
})

test('what the simulator drives has no clock and no chance of its own', () => {
  const own = /\b(Date\.now|performance\.now|Math\.random|setTimeout|setInterval|crypto\.)/
  const simulated = programs.filter(({ path }) => path.startsWith('server/cluster/swim/'))
  assertNone(findLines(simulated, own))
})

test('every import names a file that exists', () => {
  const findings = code.flatMap((source) =>
    importsOf(source)
      .filter(({ file }) => file !== undefined && !exists(file) && !file.startsWith('dist/'))
      .map(({ specifier }) => `${source.path} imports ${specifier}`),
  )
  assertNone(findings)
})

test('no file is longer than 400 lines', () => {
  const long = [...code, ...sources(/\.(css|sql|sh)$/)]
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > MOST_LINES)
  assertNone(long.map(({ path, lines }) => `${path}: ${lines} lines`))
})

test('the linter holds functions to 70 lines, and nobody turns a rule off without saying why', () => {
  assert.match(
    read('biome.json'),
    /"noExcessiveLinesPerFunction": \{\s*"level": "error",\s*"options": \{ "maxLines": 70/,
  )
  const others = code.filter(({ path }) => path !== 'tests/tidy.test.ts')
  const off = /(oxlint|eslint)-disable|@ts-(ignore|nocheck)|biome-ignore-all/
  const silent = /biome-ignore (?!lint\/[\w/]+: \w)/
  // These three are promises of this repository, not matters of taste.
  const firm = /biome-ignore \S*(noExcessiveLinesPerFunction|noExplicitAny|noNonNullAssertion)/
  assertNone([off, silent, firm].flatMap((pattern) => findLines(others, pattern)))
  // Tests may say what must not compile: the compiler fails where it does.
  const programs = others.filter(({ isTest }) => !isTest)
  assertNone(findLines(programs, /@ts-expect-error/))
})

test('every file of code begins by saying what it is', () => {
  const begins = /^(#!.*\n)?(\/\/|\/\*\*)/
  const silent = programs.filter(({ text }) => !begins.test(text))
  assertNone(silent.map(({ path }) => path))
})

test('nothing is left over', () => {
  const own = code.filter(({ path }) => path !== 'tests/tidy.test.ts')
  assertNone(
    findLines(
      own,
      /\b(TODO|FIXME|XXX|HACK)\b|\b(test|it|describe|suite)\.(only|skip|todo)\(|\bdebugger\b/,
    ),
  )
  const server = programs.filter(({ path }) => /^(server|protocol)\//.test(path))
  assertNone(findLines(server, /\bconsole\./))
  assertNone(
    findLines(
      code.filter(({ path }) => /\.tsx?$/.test(path)),
      /[:<]\s*any\b(?!['’])|\bas any\b/,
    ),
  )
})

test('no machine’s own paths stand in a file', () => {
  const files = sources(/\.(ts|tsx|js|json|md|yaml|yml|sh|css|html)$/).filter(
    ({ path }) => path !== 'tests/tidy.test.ts' && path !== 'package-lock.json',
  )
  assertNone(findLines(files, /\/work\/|\/home\/(?!dev\b)[a-z]+\/|\/Users\//))
})

test('names say what a thing is', () => {
  const vague = /\b[A-Za-z]*(Manager|Helper|Utils?)\b/
  assertNone(
    programs
      .filter(({ path }) => /(manager|helper|utils?)\.tsx?$/i.test(path))
      .map(({ path }) => path),
  )
  assertNone(
    findLines(programs, new RegExp(`(class|interface|type|function) ${vague.source.slice(2)}`)),
  )
})

test('every document that is mentioned exists', () => {
  const mention = /(?<![\w/.:-])((?:docs\/[\w-]+|[A-Z]{4,}|(?<=\()[\w-]+)\.md)\b/g
  const findings = [...programs, ...sources(/\.md$/)].flatMap(({ path, text }) =>
    [...text.matchAll(mention)]
      .map(([, name = '']) => name)
      .filter((name) => !exists(name) && !exists(`${top(path)}/${name}`))
      .map((name) => `${path} mentions ${name}`),
  )
  assertNone(findings)
})

test('every test that the list of hazards names exists', () => {
  const lines = read('docs/hazards.md').split('\n')
  const rows = lines.filter((line) => line.startsWith('|'))
  const parts = rows.flatMap((row) => row.split(/[;|]/)).flatMap((part) => part.split('`, `'))
  const findings = parts.flatMap((part) => {
    const [, path, words = ''] = /`([\w./-]+\.ts)`?\s*([^(]*)/.exec(part) ?? []
    if (path === undefined) return []
    if (!exists(path)) return [`${path} is not there`]
    const named = words.trim().split(/, and /)
    return named.filter((name) => !read(path).includes(name)).map((name) => `${path}: ${name}`)
  })
  assertNone(findings)
})

test('every setting is documented by its flag and its variable, and no other', () => {
  const text = read('docs/settings.md')
  const documented = [...text.matchAll(/^### `--([a-z-]+)`/gm)].map(([, key]) => key)
  assert.deepEqual(documented, settingNames.map(keyOf))
  assertNone(settingNames.filter((name) => !text.includes(`\`${variableOf(name)}\``)))
})

test('every route is documented, and no other', async () => {
  const { routes } = await import('../server/http/routes.ts')
  const documented = [
    ...read('docs/api.md').matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^`\s?]*)`/g),
  ].map(([, method, path]) => `${method} ${path}`)
  const known = routes.map(({ method, path }) => `${method} ${path}`)
  assert.deepEqual([...new Set(documented)].toSorted(), known.toSorted())
})
