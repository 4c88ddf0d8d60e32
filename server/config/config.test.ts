import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { type Inputs, resolveConfig } from './config.ts'
import { enginesOf } from './engines.ts'
import { parseFlags } from './flags.ts'
import { printedSettings } from './print.ts'
import { sshAddress } from './settings.ts'

type Given = Partial<Pick<Inputs, 'env' | 'file' | 'readFile'>> & { flags?: string[] }

function resolved({ flags = [], ...rest }: Given) {
  const readFile = () => assert.fail('nothing is read')
  return resolveConfig({ env: {}, isRoot: false, readFile, ...rest, flags: parseFlags(flags) })
}

function failure(given: Given): SkeinError {
  try {
    resolved(given)
  } catch (error) {
    assert.ok(error instanceof SkeinError)
    return error
  }
  return assert.fail('it was taken')
}

const file = (values: Record<string, unknown>) => ({ path: 'skein.yaml', values })

test('a flag is stronger than a variable, that than the file, that than the default', () => {
  const env = { SKEIN_NAME: 'by-variable' }
  const yaml = file({ name: 'by-file', 'drain-seconds': 3 })
  const all = resolved({ flags: ['--name', 'by-flag'], env, file: yaml })
  assert.equal(all.config.name, 'by-flag')
  assert.equal(resolved({ env, file: yaml }).config.name, 'by-variable')
  assert.equal(resolved({ file: yaml }).config.name, 'by-file')
  assert.equal(all.config.drainSeconds, 3)
  assert.deepEqual(all.config.listen, { host: '127.0.0.1', port: 7534 })
  assert.equal(all.origins.name, 'flag --name')
  assert.equal(all.origins.drainSeconds, 'file skein.yaml')
  assert.equal(all.origins.listen, 'default')
})

test('a value may stand in a file of its own, whose last line break does not count', () => {
  const env = { SKEIN_NAME_FILE: '/run/secrets/name' }
  const { config, origins } = resolved({ env, readFile: () => 'quiet\n' })
  assert.equal(config.name, 'quiet')
  assert.equal(origins.name, 'file /run/secrets/name (SKEIN_NAME_FILE)')
  assert.equal(failure({ env: { ...env, SKEIN_NAME: 'x' } }).code, 'config_invalid')
})

test('an unknown flag, variable or key is refused with the nearest one', () => {
  const nearestOf = (given: Given) => {
    const { code, details } = failure(given)
    return [code, details.nearest]
  }
  assert.deepEqual(nearestOf({ flags: ['--lisen', 'x:1'] }), ['config_unknown', '--listen'])
  assert.deepEqual(nearestOf({ env: { SKEIN_DTA: 'x' } }), ['config_unknown', 'SKEIN_DATA'])
  assert.deepEqual(nearestOf({ file: file({ publicurl: 'x' }) }), ['config_unknown', 'public-url'])
})

test('variables that others set for a service called skein are none of ours', () => {
  const env = { SKEIN_PORT: 'tcp://10.0.0.1:80', SKEIN_SERVICE_HOST: '10.0.0.1', SKEIN_AGENT: 'x' }
  assert.equal(resolved({ env }).origins.listen, 'default')
})

test('variables that tell the commands for laptops where to go hinder no server', () => {
  const env = { SKEIN_URL: 'https://skein.example.com', SKEIN_TOKEN: 'skein_x' }
  assert.equal(resolved({ env }).origins.listen, 'default')
  assert.equal(failure({ env: { SKEIN_TOKENS: 'x' } }).code, 'config_unknown')
})

test('an address beyond this machine needs HTTPS, or --insecure-http', () => {
  const ways = [
    ['--insecure-http'],
    ['--tls', 'self'],
    ['--tls-cert', 'server.pem', '--tls-key', 'server.key'],
  ]
  for (const host of ['0.0.0.0:80', '[::]:80', '10.0.0.1:80', 'skein.lan:80']) {
    const { details } = failure({ flags: ['--listen', host] })
    assert.equal(details.key, 'listen', host)
    assert.match(String(details.reason), /--tls self.*--tls-cert.*--public-url.*--insecure-http/)
    for (const way of ways) resolved({ flags: ['--listen', host, ...way] })
  }
  for (const host of ['127.0.0.2:80', '[::1]:80', 'localhost:80']) {
    resolved({ flags: ['--listen', host] })
  }
})

test('half of what HTTPS needs, and a public URL that contradicts it, are refused', () => {
  const cases: [string, string[]][] = [
    ['tls-cert', ['--tls-cert', 'a.pem']],
    ['tls-key', ['--tls-key', 'a.key']],
    ['tls', ['--tls', 'self', '--tls-cert', 'a.pem', '--tls-key', 'a.key']],
    ['public-url', ['--tls', 'self', '--public-url', 'http://skein.example.com']],
  ]
  for (const [key, flags] of cases) assert.equal(failure({ flags }).details.key, key)
})

test('ssh is answered at the host of the pages, where it is told, or nowhere', () => {
  const at = (...flags: string[]) => sshAddress(resolved({ flags }).config)
  assert.deepEqual(at(), { host: '127.0.0.1', port: 2222 })
  assert.deepEqual(at('--listen', '[::1]:80'), { host: '::1', port: 2222 })
  assert.deepEqual(at('--ssh-listen', '0.0.0.0:22'), { host: '0.0.0.0', port: 22 })
  assert.equal(at('--ssh-listen', 'off'), undefined)
})

test('an apps domain needs the page on which people sign in', () => {
  const flags = ['--apps-domain', 'apps.example.com']
  assert.equal(failure({ flags }).details.key, 'apps-domain')
})

test('an apps domain that would take the server’s own names for apps is refused with the name', () => {
  const at = (domain: string, ...flags: string[]) => ({
    flags: ['--apps-domain', domain, '--public-url', 'https://skein.example.com', ...flags],
  })
  const cases: [string, ReturnType<typeof at>][] = [
    ['skein.example.com', at('example.com')],
    ['skein.example.com', at('com')],
    ['skein.example.com', at('skein.example.com')],
    ['box.lan', at('lan', '--host-names', 'box.lan')],
    ['box.lan', at('lan', '--listen', 'box.lan:80', '--tls', 'self')],
    ['own.localhost', at('localhost', '--host-names', 'own.localhost')],
  ]
  for (const [name, given] of cases) {
    const { details } = failure(given)
    assert.equal(details.key, 'apps-domain')
    assert.ok(String(details.reason).startsWith(`${name}, `), String(details.reason))
  }
  for (const domain of ['apps.example.com', 'apps.skein.example.com', 'ample.com', 'localhost']) {
    assert.equal(resolved(at(domain)).config.appsDomain, domain)
  }
})

test('values that do not fit are refused with where they came from', () => {
  const cases: [string, string][] = [
    ['listen', 'nonsense'],
    ['listen', '127.0.0.1:70000'],
    ['ssh-listen', 'on'],
    ['public-url', 'https://skein.example.com/path'],
    ['trusted-proxies', '10.0.0.0/33'],
    ['spaces-subnets', '10.0.0.0/30'],
    ['docker', 'http://host'],
    ['docker', 'ssh://-oProxyCommand=x'],
    ['engines', 'unix:///a.sock'],
    ['engines', 'a=unix:///a.sock,a=unix:///b.sock'],
    ['engines', 'A_B=unix:///a.sock'],
    ['engines', 'a=ftp://b'],
    ['engines', 'a=unix:///a.sock?tls=/x'],
    ['engines', 'a=unix:///a.sock?memory=much'],
    ['engines', 'a=unix:///a.sock?label=a b'],
    ['engines', 'a=unix:///a.sock?colour=red'],
    ['spaces-per-user', '0'],
    ['agent-addresses', 'ftp://x'],
    ['log-level', 'loud'],
    ['drain-seconds', '-1'],
    ['insecure-http', 'perhaps'],
    ['tls', 'maybe'],
    ['name', ''],
  ]
  for (const [key, value] of cases) {
    const error = failure({ flags: [`--${key}=${value}`] })
    assert.equal(error.code, 'config_invalid', key)
    assert.equal(error.details.key, key)
    assert.equal(error.details.source, `flag --${key}`)
  }
  assert.match(failure({ flags: ['--name'] }).message, /no value/)
})

test('lists are YAML lists or text with commas', () => {
  const text = resolved({ flags: ['--trusted-proxies', '10.0.0.0/8, ::1'] })
  assert.deepEqual(text.config.trustedProxies, ['10.0.0.0/8', '::1/128'])
  const yaml = resolved({ file: file({ 'host-names': ['skein.lan', 'Skein.Home'] }) })
  assert.deepEqual(yaml.config.hostNames, ['skein.lan', 'skein.home'])
})

test('the data folder is the checkout’s own once there is one, else root’s or the user’s', () => {
  const readFile = () => assert.fail('nothing is read')
  const data = (where: Partial<Inputs>) =>
    resolveConfig({ env: {}, isRoot: false, readFile, flags: parseFlags([]), ...where }).config.data
  assert.equal(data({ isRoot: true, ownData: '/srv/skein/.skein' }), '/srv/skein/.skein')
  assert.equal(data({ isRoot: true }), '/var/lib/skein')
  assert.equal(data({ env: { XDG_STATE_HOME: '/state' } }), '/state/skein')
})

test('the password of the database comes by one way, and is printed nowhere', () => {
  const flags = ['--store', 'mysql://skein@db/state', '--store-password', 'hunter2']
  const all = resolved({ flags })
  assert(all.config.store.kind === 'mysql')
  assert.equal(all.config.store.password, 'hunter2')
  assert(!JSON.stringify(printedSettings(all)).includes('hunter2'))
  const twice = ['--store', 'mysql://skein:hunter2@db/state', '--store-password', 'b']
  assert.match(failure({ flags: twice }).message, /store-password.*already/)
  assert(
    !JSON.stringify(printedSettings(resolved({ flags: twice.slice(0, 2) }))).includes('hunter'),
  )
  assert.match(failure({ flags: ['--store-password', 'b'] }).message, /no password/)
  for (const wrong of ['--store=mysql://skein:hunter2@db', '--sotre=mysql://skein:hunter2@db/b']) {
    assert(!JSON.stringify(failure({ flags: [wrong] }).body).includes('hunter'))
  }
})

test('what is printed names every setting, its value and its origin', () => {
  const rows = printedSettings(resolved({ flags: ['--listen', '[::1]:0', '--insecure-http'] }))
  assert.deepEqual(
    rows.find((row) => row.key === 'listen'),
    {
      key: 'listen',
      value: '[::1]:0',
      origin: 'flag --listen',
    },
  )
  assert.equal(rows.find((row) => row.key === 'public-url')?.value, '-')
})

test('engines are given by flags that repeat, by one variable, or as mappings in YAML', () => {
  const near = 'near=/run/near.sock?zone=a&label=disk:ssd&label=gpu&spaces=20&memory=8g'
  const far = 'far=tcp://far.lan?tls=/etc/far'
  const engines = [
    {
      ...{ name: 'near', address: 'unix:///run/near.sock', zone: 'a', maxSpaces: 20 },
      ...{ labels: { disk: 'ssd', gpu: '' }, maxMemoryBytes: 8 * 1024 ** 3 },
    },
    { name: 'far', address: 'tcp://far.lan', labels: {}, tls: '/etc/far' },
  ]
  const byFlags = resolved({ flags: ['--engines', near, '--engines', far] })
  assert.deepEqual(byFlags.config.engines, engines)
  const env = { SKEIN_ENGINES: `${near}, ${far}`, DOCKER_HOST: 'tcp://other' }
  assert.deepEqual(resolved({ env }).config.engines, engines)
  const mapped = [
    {
      ...{ name: 'near', address: '/run/near.sock', zone: 'a', spaces: 20, memory: '8g' },
      labels: { disk: 'ssd', gpu: '' },
    },
    { name: 'far', address: 'tcp://far.lan', tls: '/etc/far' },
  ]
  assert.deepEqual(resolved({ file: file({ engines: mapped }) }).config.engines, engines)
  const shown = printedSettings(byFlags).find(({ key }) => key === 'engines')?.value
  assert.match(shown ?? '', /^near=unix:\/\/\/run\/near.sock\?zone=a&label=disk:ssd&label=gpu&/)
})

test('an engine by its address is the only one, and stands where its peer stands', () => {
  const { config } = resolved({ flags: ['--docker', 'ssh://ops@far:2200', '--zone', 'b'] })
  assert.deepEqual(enginesOf(config), [{ zone: 'b', address: 'ssh://ops@far:2200', labels: {} }])
  const both = failure({ flags: ['--docker', '/a.sock', '--engines', 'a=/a.sock'] })
  assert.deepEqual([both.code, both.details.key], ['config_invalid', 'docker'])
})
