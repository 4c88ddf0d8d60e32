import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { amount } from '../../tests/support/amount.ts'
import { parseTemplate } from './parse.ts'
import { starters } from './starters.ts'

const small = 'name: T\nservices:\n  main:\n    image: debian\n'

function problemsOf(source: string) {
  return parseTemplate(source).problems ?? []
}

it('the smallest template is a name and one image', () => {
  const { head, template } = parsed(small)
  assert.equal(head.name, 'T')
  assert.equal(head.main, 'main')
  assert.deepEqual(head.services, [{ name: 'main', image: 'debian' }])
  assert.equal(template.services[0]?.init, true)
})

export function parsed(source: string) {
  const result = parseTemplate(source)
  if (result.problems !== undefined) assert.fail(JSON.stringify(result.problems, null, 1))
  return result
}

describe('a starter', () => {
  for (const { key, source, description } of starters()) {
    it(`${key} is a template and says what it contains`, () => {
      parsed(source)
      assert.ok(description.length > 80)
    })
  }
})

describe('a problem names its place and what to do', () => {
  const service = (line: string) => `name: T\nservices:\n  main:\n    image: debian\n    ${line}\n`
  const cases: [string, string, string, RegExp, RegExp?][] = [
    [
      'a mistyped key',
      service('enviroment: {}'),
      '5:5',
      /no key “enviroment”/,
      /mean “environment”/,
    ],
    [
      'a key of the host',
      service('privileged: true'),
      '5:5',
      /not allowed/,
      /walls between spaces/,
    ],
    [
      'a key that reads our files',
      service('env_file: x'),
      '5:5',
      /not allowed/,
      /files of the server/,
    ],
    ['build', service('build: .'), '5:5', /not allowed/, /image/],
    ['devices', service('devices: [/dev/kvm]'), '5:5', /not allowed/],
    ['network_mode', service('network_mode: host'), '5:5', /not allowed/],
    ['pid', service('pid: host'), '5:5', /not allowed/],
    ['extends', service('extends: x'), '5:5', /not allowed/],
    ['a published port', service('ports: ["80:80"]'), '5:5', /not allowed/, /apps/],
    ['a folder of the host', service('volumes: ["/:/host"]'), '5:15', /not the name of a volume/],
    [
      'the engine’s socket',
      service('volumes: ["/var/run/docker.sock:/s"]'),
      '5:15',
      /not the name/,
    ],
    ['a relative folder', service('volumes: ["./x:/y"]'), '5:15', /not the name of a volume/],
    ['a folder above', service('volumes: ["../x:/y"]'), '5:15', /not the name of a volume/],
    [
      'a bind in long form',
      service('volumes: [{type: bind, source: /, target: /x}]'),
      '5:15',
      /Only named/,
    ],
    ['a volume over the agent', service('volumes: ["a:/.skein/lib"]'), '5:15', /agent is mounted/],
    ['a volume over everything', service('volumes: ["a:/"]'), '5:15', /begins with/],
    ['a volume option', service('volumes: ["a:/b:z"]'), '5:15', /“ro” or “rw”/],
    ['a host’s gateway', service('extra_hosts: ["h:host-gateway"]'), '5:19', /led to its host/],
    ['a label of ours', service('labels: {dev.skein.space: x}'), '5:14', /Skein’s/],
    ['a size that is none', service('mem_limit: lots'), '5:16', /not a size/],
    ['too few processes', service('pids_limit: 1'), '5:17', /at least 16/],
    ['an open quote', service('command: echo "x'), '5:14', /quote is not closed/],
    [
      'an unknown reference',
      service(`user: \${{ space.nam }}`),
      '5:11',
      /nothing called/,
      /“space.name”/,
    ],
    ['an open reference', service(`user: \${{ space.name`), '5:11', /has no “}}”/],
    [
      'a reference as a key',
      service(`environment: {"\${{ space.name }}": x}`),
      '5:19',
      /No value can/,
    ],
    [
      'a reference as a volume',
      service(`volumes: ["\${{ space.name }}:/x"]`),
      '5:15',
      /not the name/,
    ],
    ['an anchor', service('user: &a x'), '5:14', /Anchors/],
    ['a tag', service('user: !x y'), '5:14', /Tags/],
    ['a variable without value', service('environment: [HOME]'), '5:19', /NAME=value/],
    ['a taken variable', service('environment: {SKEIN_AGENT: x}'), '5:19', /cannot be a variable/],
    ['a dependency on nothing', service('depends_on: [db]'), '5:5', /is no service/],
    ['no services', 'name: T\n', '1:1', /no services/],
    ['no image', 'name: T\nservices:\n  main: {user: x}\n', '3:9', /names no image/],
    ['no name', small.replace('name: T', 'icon: x'), '1:1', /no name/],
    [
      'two services without main',
      `${small.replace('main', 'a')}  b:\n    image: x\n`,
      '1:1',
      /main one/,
    ],
    ['a wrong main', `main: web\n${small}`, '1:7', /no service “web”/],
    ['a reference in a script', `startup: echo \${{ space.name }}\n${small}`, '1:10', /No value/],
    [
      'a parameter without choices',
      `parameters: {a: {type: choice}}\n${small}`,
      '1:17',
      /needs `choices`/,
    ],
    [
      'a default out of range',
      `parameters: {a: {type: number, max: 1, default: 2}}\n${small}`,
      '1:49',
      /more than 1/,
    ],
    [
      'a pattern that never ends',
      `parameters: {a: {pattern: (a+)+}}\n${small}`,
      '1:27',
      /for ever/,
    ],
    ['an app without port', `apps: [{name: x, port: 0}]\n${small}`, '1:8', /port/],
    [
      'an app that leads away',
      `apps: [{name: x, port: 1, path: //evil}]\n${small}`,
      '1:33',
      /path/,
    ],
    ['a volume nobody mounts', `volumes: {x: }\n${small}`, '1:11', /No service mounts/],
    ['a volume with a driver', `volumes: {x: {driver_opts: {}}}\n${small}`, '1:15', /not allowed/],
    ['no YAML', 'a: [', '1:5', /not YAML/],
    ['a list', '- a', '1:1', /A template has/],
    ['nothing', '', '1:1', /A template has/],
    ['a key twice', `name: U\n${small}`, '2:1', /stands here twice/],
  ]
  for (const [name, source, place, message, hint] of cases) {
    it(name, () => {
      const problems = problemsOf(source)
      const found = problems.find((problem) => message.test(problem.message))
      assert.ok(found, JSON.stringify(problems))
      assert.equal(`${found.line}:${found.column}`, place)
      if (hint) assert.match(found.hint ?? '', hint)
    })
  }

  it('all of them at once', () => {
    const problems = problemsOf('nam: T\nservices:\n  a: {privileged: 1}\n  b: {imag: x}\n')
    assert.ok(problems.length >= 5, String(problems.length))
  })

  it('and there are never more than fifty', () => {
    const many = Array.from({ length: 400 }, (_, at) => `k${at}: 1`).join('\n')
    assert.ok(problemsOf(many).length <= 50)
  })
})

it('aliases that multiply are refused at once', () => {
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]']
  for (let at = 1; at < 12; at++) {
    const name = String.fromCharCode(97 + at)
    const before = String.fromCharCode(96 + at)
    bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`)
  }
  assert.ok(problemsOf(bomb.join('\n')).length > 0)
})

it('no text at all makes the parser throw', () => {
  const words = [
    'name: ',
    'services:',
    '  main:',
    '    image: x',
    ': ',
    '- ',
    `\${{`,
    '}}',
    '&a',
    '*a',
    '\n',
    '"',
    '{',
    ']',
    '? ',
    '!!map',
    '__proto__: ',
    '\0',
    '  ',
  ]
  const soup = fc
    .array(fc.oneof(fc.constantFrom(...words), fc.string()))
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(soup, (source) => void parseTemplate(source)),
    { numRuns: amount({ usual: 150, whole: 500 }) },
  )
})

it('side services start first, in the order in which they depend on one another', () => {
  const { template } = parsed(
    'name: T\nmain: web\nservices:\n  web: {image: x}\n  a: {image: x, depends_on: [b]}\n  b: {image: x}\n',
  )
  assert.deepEqual(
    template.services.map((service) => service.name),
    ['b', 'a', 'web'],
  )
})

it('a circle of dependencies is a problem', () => {
  const source =
    'name: T\nmain: m\nservices:\n  m: {image: x}\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n'
  assert.match(problemsOf(source)[0]?.message ?? '', /depends on itself/)
})

const hostile: [string, string, RegExp][] = [
  ['brackets in brackets', `a: ${'[1,'.repeat(60_000)}`, /nested too deeply/],
  [
    '20,000 keys',
    Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n'),
    /too many parts/,
  ],
  ['190,000 commas', `a: [${','.repeat(190_000)}]`, /too many parts/],
  ['lists in lists', `a:\n${'- '.repeat(90_000)}`, /too many parts/],
  ['50,000 openings', `name: x\nshell: "${'$'.concat('{{ ').repeat(49_000)}"`, /has no “}}”/],
]
for (const [what, source, message] of hostile) {
  it(`a template of ${what} is refused before it costs others their time`, () => {
    const before = process.cpuUsage()
    assert.match(problemsOf(source)[0]?.message ?? '', message)
    // Seconds without the bounds, a few milliseconds with them.
    assert.ok(process.cpuUsage(before).user < 400_000)
  })
}

it('what a host must have is a zone and labels, and nothing that a value could change', () => {
  const services = 'services: {main: {image: x}}\n'
  const { template, head } = parsed(
    `name: T\nplacement: {zone: b, labels: {gpu: nvidia, ssd: ''}}\n${services}`,
  )
  const asked = { zone: 'b', labels: { gpu: 'nvidia', ssd: '' } }
  assert.deepEqual([template.placement, head.placement], [asked, asked])
  const listed = parsed(`name: T\nplacement: {labels: [gpu, disk/ssd]}\n${services}`)
  assert.deepEqual(listed.template.placement, { labels: { gpu: '', 'disk/ssd': '' } })
  for (const bad of ['{zones: b}', '{zone: ""}', '{labels: {a b: c}}', '{labels: [__proto__]}']) {
    assert.equal(problemsOf(`name: T\nplacement: ${bad}\n${services}`).length, 1, bad)
  }
  const value = `{zone: "${'$'.concat('{{ param.z }}')}"}`
  assert.match(problemsOf(`name: T\nplacement: ${value}\n${services}`)[0]?.message ?? '', /put in/)
})
