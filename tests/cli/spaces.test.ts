// Spaces and programs in them, from a laptop: the bundled file, a real server, a real container.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { NewToken } from '#protocol/api/access.ts'
import type { TemplateDetail } from '#protocol/api/templates.ts'
import type { Api } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { Desk } from './desk.ts'
import { finished, type Laptop, saying } from './laptop.ts'

const TEN_MEGABYTES = 10 * 1024 * 1024

let api: Api
let laptop: Laptop
let desk: Desk

before(async () => {
  desk = await Desk.open()
  ;({ api, laptop } = desk)
})
after(() => desk?.close())

const exec = (words: readonly string[], input?: Buffer | string) =>
  laptop.skein(['exec', 'alpha', '--', ...words], input === undefined ? {} : { input })
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

test('a space is made and waited for, with its steps told on the way', async () => {
  const made = await laptop.skein(['spaces', 'create', 'alpha'])
  assert.equal(made.status, 0, made.stderr)
  assert.match(made.stdout.toString(), /state +running/)
  assert.match(made.stderr, /✓/)
  const { spaces } = JSON.parse((await laptop.skein(['spaces', '--json'])).stdout.toString())
  assert.equal(spaces[0].name, 'alpha')
  assert.match((await laptop.skein(['spaces'])).stdout.toString(), /^alpha +running +ada/m)
  assert.equal((await laptop.skein(['spaces', 'show', 'ada/alpha'])).status, 0)
})

test('a program’s status, signal and two outputs are the command’s own', async () => {
  const ran = await exec(['sh', '-c', 'echo out; echo err >&2; exit 37'])
  assert.deepEqual([ran.status, ran.stdout.toString(), ran.stderr], [37, 'out\n', 'err\n'])
  assert.equal((await exec(['sh', '-c', 'kill -9 $$'])).status, 128 + 9)
  const words = await exec(['printf', '%s|', '--json', 'a b', '$HOME', '', '-x'])
  assert.equal(words.stdout.toString(), '--json|a b|$HOME||-x|')
  const options = ['exec', '--cwd', '/tmp', '--env', 'COLOUR=blue', 'alpha', '--']
  const placed = await laptop.skein([...options, 'sh', '-c', 'echo $PWD $COLOUR'])
  assert.equal(placed.stdout.toString(), '/tmp blue\n')
})

test('ten megabytes go in and come back intact', async () => {
  const bytes = randomBytes(TEN_MEGABYTES)
  const up = await exec(['sha256sum'], bytes)
  assert.equal(up.stdout.toString().slice(0, 64), sha256(bytes))
  const both = await exec(['cat'], bytes)
  assert.equal(both.status, 0)
  assert.ok(both.stdout.equals(bytes))
})

test('many programs in turn keep their statuses', async () => {
  const script =
    'for i in $(seq 1 20); do "$NODE" "$SKEIN" exec alpha -- sh -c "exit $i" </dev/null; echo $?; done'
  const env = { NODE: laptop.node, SKEIN: laptop.file }
  const ran = await laptop.run('sh', ['-c', script], { env })
  const statuses = ran.stdout.toString().trim().split('\n').map(Number)
  assert.deepEqual(
    statuses,
    Array.from({ length: 20 }, (_, i) => i + 1),
  )
})

test('what cannot be run says why, and with a status of its own', async () => {
  const missing = await exec(['/no/such/program'])
  assert.equal(missing.status, 1)
  assert.match(missing.stderr, /command_failed.*\n +\S/)
  const nowhere = await laptop.skein(['exec', 'beta', '--', 'true'])
  assert.equal(nowhere.status, 67)
  assert.match(nowhere.stderr, /not_found/)
  const json = await laptop.skein(['exec', '--json', 'beta', '--', 'true'])
  assert.equal(JSON.parse(json.stderr).error.code, 'not_found')
  assert.equal((await laptop.skein(['exec', 'alpha'])).status, 64)
})

test('a program ends with the command that started it', async () => {
  const child = laptop.start(['exec', 'alpha', '--', 'sh', '-c', 'echo $$; sleep 1000'])
  const [, pid = ''] = await saying(child)(/(\d+)\n/)
  const ended = finished(child)
  child.kill('SIGTERM')
  await ended
  await eventually(async () => (await exec(['kill', '-0', pid])).status !== 0, {
    timeoutMs: 20_000,
    what: 'the program to end',
  })
})

test('a stopped space says how it is started, and is', async () => {
  assert.equal((await laptop.skein(['spaces', 'stop', 'alpha'])).status, 0)
  const ran = await exec(['true'])
  assert.equal(ran.status, 69)
  assert.match(ran.stderr, /space_not_running/)
  assert.equal((await laptop.skein(['spaces', 'start', 'alpha'])).status, 0)
  assert.equal((await exec(['true'])).status, 0)
  assert.equal((await laptop.skein(['spaces', 'restart', 'alpha'])).status, 0)
  assert.equal((await exec(['true'])).status, 0)
})

test('a schedule is told, and switched off and on for one space', async () => {
  const none = await laptop.skein(['spaces', 'schedule', 'alpha'])
  assert.equal(none.status, 67, none.stderr)
  const [template] = await api.templates()
  const path = `/templates/${template?.id}`
  const { source } = await api.call<TemplateDetail>('GET', path)
  // In half a day, so that it comes to nothing.
  const hour = (new Date().getUTCHours() + 12) % 24
  await api.saveTemplate(template?.id ?? '', `schedule: { stop: "${hour}:30" }\n${source}`)
  assert.equal((await laptop.skein(['spaces', 'restart', 'alpha'])).status, 0)
  const told = await laptop.skein(['spaces', 'schedule', 'alpha'])
  assert.match(
    told.stdout.toString(),
    /alpha stops \d+:30 \(UTC\)\.\nStops next at \S+:30:00\.000Z/,
  )
  const off = await laptop.skein(['spaces', 'schedule', 'alpha', 'off', '--json'])
  assert.equal(JSON.parse(off.stdout.toString()).isOn, false)
  assert.match((await laptop.skein(['spaces', 'schedule', 'alpha'])).stdout.toString(), /off/)
  assert.equal((await laptop.skein(['spaces', 'schedule', 'alpha', 'on'])).status, 0)
  assert.equal((await laptop.skein(['spaces', 'schedule', 'alpha', 'maybe'])).status, 64)
})

test('completion knows commands, options and spaces', async () => {
  const complete = async (...words: string[]) =>
    (await laptop.skein(['complete', '--', ...words])).stdout.toString().trim().split('\n')
  assert.deepEqual(await complete('exec', 'al'), ['alpha'])
  assert.deepEqual(await complete('spaces', 'sto'), ['stop'])
  assert.ok((await complete('port', '--')).includes('--udp'))
  const bash = `source <("$NODE" "$SKEIN" completion bash)
skein() { "$NODE" "$SKEIN" "$@"; }
COMP_WORDS=(skein exec al); COMP_CWORD=2; _skein; echo "\${COMPREPLY[@]}"`
  const env = { NODE: laptop.node, SKEIN: laptop.file }
  const answered = await laptop.run('bash', ['-c', bash], { env })
  assert.equal(answered.stdout.toString(), 'alpha\n')
})

test('everything was written down', async () => {
  const { events } = await api.call<{ events: { action: string }[] }>('GET', '/audit?limit=500')
  assert.ok(events.some(({ action }) => action === 'exec.run'))
})

test('a deleted space is gone', async () => {
  const gone = await laptop.skein(['spaces', 'delete', 'alpha'])
  assert.equal(gone.status, 0, gone.stderr)
  assert.deepEqual(await api.spaces(), [])
})

const text = (image: string, more = '') =>
  `name: Shop\nservices:\n  main:\n    image: ${image}\n${more}`

async function templating(words: readonly string[], input = '') {
  const ran = await laptop.skein(['template', ...words], { input })
  return { status: ran.status, out: ran.stdout.toString(), err: ran.stderr }
}

test('a template is checked, planned, saved, exported and taken in from a laptop', async () => {
  const wrong = await templating(['check', '-'], text('x', '    privileged: true\n'))
  assert.equal(wrong.status, 1)
  assert.match(wrong.out, /^-:5:5 “privileged” is not allowed/)
  const first = await templating(['plan', '-'], text('debian'))
  assert.equal(first.status, 0, first.err)
  assert.match(first.out, /Shop: a new template\n\+ container main: create/)
  assert.match((await templating(['save', '-'], text('debian'))).out, /saved as version 1/)
  const next = await templating(['plan', '-'], text('alpine'))
  assert.match(next.out, /the next version\n~ container main: replace \(image\)/)
  assert.match((await templating(['save', '-', '--note', 'n'], text('alpine'))).out, /version 2/)
  assert.equal((await templating(['export', 'shop', '--yaml'])).out, text('alpine'))
  const bundle = (await templating(['export', 'Shop'])).out.replaceAll('name: Shop', 'name: Copy')
  assert.match((await templating(['import', '-'], bundle)).out, /Copy is version 2/)
  assert.match((await templating([])).out, /^Copy$/m)
  const asking = text('x', '    pid: host\npolicy: {allow: [pid]}\n')
  assert.match((await templating(['save', '-'], asking)).err, /template_not_allowed/)
})

test('a Compose file becomes a template, and what could not be carried over is told by line', async () => {
  const compose =
    'services:\n  web:\n    image: nginx\n    ports: ["8080:80"]\n    restart: always\n'
  const { status, out, err } = await templating(['import', '-', '--name', 'Web'], compose)
  assert.equal(status, 0, err)
  assert.match(out, /^name: Web\n/)
  assert.match(err, /^-:4:\d+ services\.web\.ports changed: Port 80/m)
  assert.match(err, /^-:5:5 services\.web\.restart left: /m)
  assert.equal((await templating(['check', '-'], out)).status, 0)
  assert.match((await templating(['check', '/no/such'])).err, /cannot be read \(ENOENT\)/)
})

test('what a template reaches outside its spaces is allowed in a browser’s session and by no token', async () => {
  const source = text('debian', '    pid: host\npolicy: {allow: [pid]}\n').replace('Shop', 'Deep')
  const body = { source, allow: true }
  const { secret } = await api.call<NewToken>('POST', '/me/tokens', { name: 'robot' })
  const sent = await fetch(`${desk.skein.url}/api/v1/templates`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  assert.equal(((await sent.json()) as { error: { code: string } }).error.code, 'token_forbidden')
  const saved = await api.call<TemplateDetail>('POST', '/templates', body)
  assert.deepEqual(saved.version.permission?.reaches, ['main: pid of the host'])
  const schema = await api.call<{ required: string[] }>('GET', '/templates/schema')
  assert.deepEqual(schema.required, ['name', 'services'])
})
