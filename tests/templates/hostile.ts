// Compose files that nobody should send: each way of spelling what reaches out of a space, and each way of making a parser
// work for its living. Written here rather than as files, since some are megabytes and some are no text.

export interface HostileFile {
  readonly name: string
  readonly source: string
  /** The line on which the refusal stands, and what it must say. */
  readonly line?: number
  readonly word?: RegExp
}

const service = (name: string, text: string, word: RegExp, line = 5): HostileFile => ({
  ...{ name, word, line },
  source: `name: T\nservices:\n  main:\n    image: debian\n    ${text}\n`,
})

const q = (text: string) => JSON.stringify(text)

const reaching: readonly HostileFile[] = [
  ...['true', 'True', 'TRUE', '"true"', 'yes', 'on', '1', '&a true', '!!bool true'].map((value) =>
    service(
      `privileged: ${value}`,
      `privileged: ${value}`,
      /privileged|true or false|Anchors|Tags/,
    ),
  ),
  ...['pid', 'ipc', 'uts', 'userns_mode', 'cgroup', 'network_mode'].flatMap((key) =>
    ['host', '"host"', "'host'", 'container:x', 'service:db'].map((value) =>
      service(`${key}: ${value}`, `${key}: ${value}`, new RegExp(key)),
    ),
  ),
  ...[
    ['cap_add', '[ALL]'],
    ['cap_add', '[SYS_ADMIN]'],
    ['cap_add', 'SYS_ADMIN'],
    ['devices', '[/dev/sda]'],
    ['devices', '["/dev/mem:/dev/mem:rwm"]'],
    ['devices', '[{source: /dev/kvm}]'],
    ['device_cgroup_rules', '["c 1:3 mr"]'],
    ['security_opt', '[seccomp:unconfined]'],
    ['security_opt', '["apparmor=unconfined"]'],
    ['security_opt', '["label:disable"]'],
    ['volumes_from', '["container:x"]'],
    ['cgroup_parent', '/'],
    ['runtime', 'runc'],
    ['sysctls', '{net.ipv4.ip_forward: 1}'],
    ['use_api_socket', 'true'],
    ['gpus', 'all'],
    ['group_add', '[docker]'],
    ['oom_kill_disable', 'true'],
    ['isolation', 'process'],
    ['credential_spec', '{file: x.json}'],
    ['external_links', '[other]'],
    ['ports', '["2375:2375"]'],
  ].map(([key = '', value = '']) =>
    service(`${key}: ${value}`, `${key}: ${value}`, new RegExp(key)),
  ),
  service('a profile of the peer’s', 'security_opt: ["seccomp:./p.json"]', /p\.json/),
]

const NOT_A_VOLUME =
  /not the name of a volume|Only named|No value|names? and a place|begins with|written plainly/

const sockets = [
  '/var/run/docker.sock',
  '/run/docker.sock',
  '//var/run/docker.sock',
  '/var//run/docker.sock',
  '/var/run/./docker.sock',
  '/var/run/../run/docker.sock',
  '/tmp/../var/run/docker.sock',
  '/run/user/1000/docker.sock',
  '/run/containerd/containerd.sock',
  '/run/podman/podman.sock',
  '/var/run',
  '/run',
  '/var',
  '/',
  '//',
  '/.',
  '/..',
  './../../../../var/run/docker.sock',
  '../../../run',
  '.',
  '..',
  './',
  '~',
  '~/.docker',
  '~root/x',
  '$HOME',
  `$\{HOME}`,
  `$\{X:-/var/run/docker.sock}`,
  `$\{X-/}`,
  `$\{{ param.p }}`,
  '/proc',
  '/sys/fs/cgroup',
  '/etc',
  '/dev',
  '/proc/1/root',
  '/var/lib/docker',
  'C',
  'a/../../etc',
  'a b',
  ' /',
  '\\x2f',
  '-v',
  '__proto__',
  'A'.repeat(300),
]

const mounts: readonly HostileFile[] = [
  ...sockets.map((path) =>
    service(`mounting ${path.slice(0, 40)}`, `volumes: [${q(`${path}:/s`)}]`, NOT_A_VOLUME),
  ),
  ...sockets
    .slice(0, 16)
    .map((path) =>
      service(
        `binding ${path}`,
        `volumes: [{type: bind, source: ${q(path)}, target: /s}]`,
        NOT_A_VOLUME,
      ),
    ),
  service('a slash as an escape', 'volumes: ["\\u002fvar\\u002frun:/s"]', NOT_A_VOLUME),
  service('a slash in hexadecimal', 'volumes: ["\\x2f:/s"]', NOT_A_VOLUME),
  service(
    'a folded path',
    'volumes:\n      - >-\n        /var/run/docker.sock:/s',
    NOT_A_VOLUME,
    6,
  ),
  service('a literal path', 'volumes:\n      - |-\n        /:/s', NOT_A_VOLUME, 6),
  service(
    'a volume typed in between',
    'volumes: [{type: volume, source: /, target: /s}]',
    NOT_A_VOLUME,
  ),
  service('a pipe', 'volumes: [{type: npipe, source: a, target: /s}]', /Only named/),
  service('a cluster’s volume', 'volumes: [{type: cluster, source: a, target: /s}]', /Only named/),
  service('a shared mount', 'volumes: ["a:/s:rshared"]', /“ro” or “rw”/),
  service(
    'a bind’s options',
    'volumes: [{source: a, target: /s, bind: {propagation: shared}}]',
    /bind/,
  ),
  service('a mount over the agent', 'volumes: ["a:/.skein"]', /agent is mounted/),
  service('a mount over everything', 'volumes: ["a:/"]', /begins with/),
  service('a tmpfs over the agent', 'tmpfs: /.skein/x', /agent is mounted/),
  service('a path by an alias', 'volumes: [*host]\nx-a: &host "/:/s"', /Anchors|not YAML/),
]

const head = (name: string, text: string, word: RegExp): HostileFile => ({
  ...{ name, word, line: 1 },
  source: `${text}\nname: T\nservices:\n  main: {image: debian, volumes: ["v:/v"]}\n`,
})

const volumes: readonly HostileFile[] = [
  ...[
    'driver: local',
    'driver_opts: {type: none, o: bind, device: /}',
    'external: true',
    'name: skein-other-home',
    'labels: {a: b}',
  ].map((option) => head(`a volume’s ${option}`, `volumes: {v: {${option}}}`, /not allowed/)),
  head('a volume of another name', 'volumes: {__proto__: {}}', /No service mounts/),
  head('networks', 'networks: {default: {external: true, name: host}}', /networks/),
  head('configs', 'configs: {a: {file: /etc/shadow}}', /configs/),
  head('secrets', 'secrets: {a: {file: /etc/shadow}}', /secrets/),
  head('include', 'include: [/etc/passwd]', /include/),
  head('a policy of its own', 'policy: {allow: [everything]}', /everything/),
  head('a policy that is mistyped', 'policy: {alow: [devices]}', /alow/),
]

const ownFiles: readonly HostileFile[] = [
  ...[
    'env_file: /etc/shadow',
    'env_file: [{path: ../.env, required: false}]',
    'extends: web',
    'extends: {file: ../other.yml, service: web}',
    'configs: [a]',
    'secrets: [a]',
    'build: .',
    'build: {context: "https://evil.example/x.git", dockerfile_inline: "FROM x"}',
    'label_file: ./labels',
    'develop: {watch: []}',
    'provider: {type: evil}',
    'environment: [HOME]',
    'environment: [SKEIN_AGENT=x]',
    'environment: {"A=B": c}',
    'environment: {"": c}',
    'labels: {dev.skein.space: other}',
    'labels: ["dev.skein.cluster=x"]',
    'extra_hosts: ["metadata:host-gateway"]',
    'depends_on: [main]',
    'image: "debian\\0"',
    'container_name: skein-other-main',
  ].map((text) => service(text, text, /./)),
]

const merging: readonly HostileFile[] = [
  service('a merge key', '<<: {privileged: true}', /Merge keys/),
  service('a merged alias', '<<: *x\nx-a: &x {privileged: true}', /Merge keys|Anchors|not YAML/),
  service('a quoted merge key', '"<<": {privileged: true}', /Merge keys/),
  {
    name: 'an anchored service',
    source: 'name: T\nx-a: &a {image: debian, privileged: true}\nservices:\n  main: *a\n',
    ...{ line: 4, word: /keys with values/ },
  },
  {
    name: 'an aliased key',
    source: 'name: T\nx-k: &k privileged\nservices:\n  main:\n    image: debian\n    *k : true\n',
    ...{ line: 6, word: /Anchors/ },
  },
  {
    name: 'a key that stands twice',
    source: 'name: T\nservices:\n  main:\n    image: a\n    image: b\n',
    ...{ line: 5, word: /image.* twice/ },
  },
]

const laughs = (width: number, depth: number): string => {
  const rows = [`a0: &a0 [${Array(width).fill('x').join(',')}]`]
  for (let at = 1; at < depth; at++) {
    rows.push(
      `a${at}: &a${at} [${Array(width)
        .fill(`*a${at - 1}`)
        .join(',')}]`,
    )
  }
  return `${rows.join('\n')}\nname: T\nservices: {main: {image: x, labels: *a${depth - 1}}}\n`
}

const nested = (depth: number) =>
  Array.from({ length: depth }, (_, at) => `${' '.repeat(at)}a:`).join('\n')

const raw = (name: string, source: string, word?: RegExp): HostileFile => ({
  ...{ name, source },
  ...(word && { word }),
})
const small = 'name: T\nservices:\n  main:\n    image: debian\n'

const malformed: readonly HostileFile[] = [
  raw('a billion laughs', laughs(9, 10)),
  raw(
    'a quadratic blow-up',
    `a: &a ${'x'.repeat(50_000)}\nb: [${Array(3000).fill('*a').join(',')}]`,
  ),
  raw('an alias of itself', 'a: &a [*a]\nservices: {m: *a}'),
  raw('an alias of its parent', 'services: &s {main: {image: x, labels: *s}}\nname: T'),
  raw('an alias of nothing', 'name: *nobody\nservices: {m: {image: x}}'),
  raw('many anchors', Array.from({ length: 4000 }, (_, i) => `k${i}: &a${i} x`).join('\n')),
  raw('brackets in brackets', '['.repeat(100_000), /nested too deeply/),
  raw('braces in braces', '{a: '.repeat(40_000), /nested too deeply/),
  raw('brackets that only close', ']'.repeat(100_000)),
  raw('indentation in indentation', nested(500)),
  raw('lists in lists', '- '.repeat(90_000), /too many parts/),
  raw('questions in questions', '? '.repeat(90_000), /too many parts/),
  raw('a huge key', `${'k'.repeat(150_000)}: 1\n${small}`),
  raw('a huge key in a service', `${small}    ${'k'.repeat(100_000)}: 1\n`),
  raw('a huge name', `name: ${'n'.repeat(150_000)}\nservices: {m: {image: x}}`),
  raw('ten megabytes', `name: ${'x'.repeat(10_000_000)}`, /too long/),
  raw('ten megabytes of quotes', '"'.repeat(10_000_000), /too long/),
  raw('199,000 quotes', '"'.repeat(199_000)),
  raw('199,000 apostrophes', "'".repeat(199_000)),
  raw('199,000 spaces', ' '.repeat(199_000)),
  raw('199,000 ends of lines', '\n'.repeat(199_000)),
  raw('199,000 tabs', '\t'.repeat(199_000)),
  raw('199,000 comments', '#\n'.repeat(99_000)),
  raw('199,000 dashes', '-'.repeat(199_000)),
  raw('199,000 colons', ':'.repeat(199_000)),
  raw('199,000 openings', `name: "${'$'.concat('{{').repeat(66_000)}"\n`),
  raw(
    'an expression without end',
    `${small}    user: "${'$'.concat('{{ ')}${'|'.repeat(100_000)} }}"`,
  ),
  raw('many documents', '---\n'.repeat(3000)),
  raw('two documents', `${small}---\n${small}`),
  raw('tabs as indentation', 'name: T\nservices:\n\tmain:\n\t\timage: x\n', /YAML/),
  raw('a zero byte', `${small}    user: "a\0b"\n`, /character/),
  raw('an escape character', `${small}    user: "\u001b[31m"\n`, /character/),
  raw('half a character', `${small}    user: "\ud800"\n`, /character/),
  raw('bytes that are no text', `${small}    user: "\ufffd"\n`, /character/),
  raw('a function', `${small}    user: !!js/function "function () { return 1 }"\n`, /Tags|YAML/),
  raw('a constructor', `${small}    user: !!python/object/apply:os.system ["id"]\n`),
  raw('a regular expression', `${small}    user: !!js/regexp /(a+)+$/\n`),
  raw('binary', `${small}    user: !!binary "YWJj"\n`),
  raw('a set', `${small}    labels: !!set {a, b}\n`),
  raw('a custom tag', `${small}    user: !Ref other\n`, /Tags/),
  raw('a tag for the whole', `!!map\n${small}`),
  raw('a directive', `%YAML 1.1\n---\n${small}    privileged: yes\n`, /privileged|true or false/),
  raw('an own tag', `%TAG ! tag:evil,2000:\n---\n${small}    user: !x y\n`),
  raw('a prototype as a service', 'name: T\nservices: {__proto__: {image: x}}', /__proto__/),
  raw('a prototype as a word', `${small}    __proto__: {privileged: true}\n`, /__proto__/),
  raw('a prototype in the head', `__proto__: {a: 1}\n${small}`, /__proto__/),
  raw('a prototype as a parameter', `parameters: {__proto__: {default: x}}\n${small}`, /__proto__/),
  raw('a map as a key', `${small}    ? {a: b}\n    : c\n`),
  raw('a list as a key', `${small}    ? [a, b]\n    : c\n`),
  raw('nothing as a key', `${small}    : c\n`),
  raw('nothing', ''),
  raw('null', 'null'),
  raw('a number', '42'),
  raw('a list', '- a\n- b'),
  raw('services as a list', 'name: T\nservices: [a, b]'),
  raw('services as text', 'name: T\nservices: web'),
  raw('services as nothing', 'name: T\nservices:'),
  raw('a service as text', 'name: T\nservices: {main: debian}'),
  raw(
    'JSON',
    JSON.stringify({ services: { main: { image: 'x', privileged: true } }, name: 'T' }),
    /privileged/,
  ),
  raw('a page', '<!doctype html><html><body>404</body></html>'),
  raw('a shell script', '#!/bin/sh\nrm -rf / && echo $HOME\n'),
  raw('a half file', `${small}    environment:\n      - "A=`),
  raw(
    'eleven services',
    `name: T\nmain: s0\nservices:\n${Array.from({ length: 11 }, (_, i) => `  s${i}: {image: x}`).join('\n')}`,
    /more than 10/,
  ),
  raw(
    'a circle',
    'name: T\nmain: m\nservices:\n  m: {image: x}\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}',
    /itself/,
  ),
  raw(
    '600 variables',
    `${small}    environment: [${Array.from({ length: 600 }, (_, i) => `A${i}=1`).join(', ')}]\n`,
    /500/,
  ),
  raw(
    '60 parameters',
    `parameters: {${Array.from({ length: 60 }, (_, i) => `p${i}: {}`).join(', ')}}\n${small}`,
    /50/,
  ),
  raw('a pattern for ever', `parameters: {p: {pattern: "(a+)+b"}}\n${small}`, /for ever/),
  raw(
    'a number beyond numbers',
    `${small}    cpus: 1e999\n    pids_limit: .inf\n    mem_limit: -1\n`,
    /not a/,
  ),
]

export const hostileFiles: readonly HostileFile[] = [
  ...reaching,
  ...mounts,
  ...volumes,
  ...ownFiles,
  ...merging,
  ...malformed,
]
