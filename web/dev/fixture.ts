// A development fixture for looking at the pages without a peer: serves dist/web and made-up answers in the API's
// shapes, under the peer's own security headers. `node web/dev/fixture.ts [--state full|empty|fresh] [--port 7600]`.
// It checks nothing and protects nothing; it is no part of the product.

import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { parseArgs } from 'node:util'
import { WebSocketServer } from 'ws'
import type { Space } from '#protocol/api/spaces.ts'
import type { TemplateCheck } from '#protocol/api/templates.ts'
import { SkeinError } from '#protocol/errors.ts'
import { newId } from '#protocol/ids.ts'
import { host, me, sessions, spaces, starters, templates, timeline, users } from './data.ts'
import { attachTerminal, closeTerminal, terminalNames } from './terminal.ts'

const { values } = parseArgs({
  options: {
    state: { type: 'string', default: 'full' },
    port: { type: 'string', default: '7600' },
  },
})
const web = join(import.meta.dirname, '../../dist/web')
const state = {
  needed: values.state === 'fresh',
  in: values.state !== 'fresh',
  spaces: values.state === 'full' ? [...spaces] : [],
  templates: values.state === 'full' ? [...templates] : [],
}
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

type Answer = (call: { params: string[]; body: Record<string, unknown> }) => unknown

const spaceOf = (id: string | undefined): Space => {
  const found = state.spaces.find((each) => each.id === id)
  if (!found) throw new SkeinError('not_found', { thing: 'space' })
  return found
}

const changed = (id: string | undefined, change: Partial<Space>) => {
  const next = { ...spaceOf(id), ...change, since: new Date().toISOString() }
  state.spaces = state.spaces.map((each) => (each.id === id ? next : each))
  tell(['spaces', `space:${id}`, `timeline:${id}`])
  return { intentId: newId(), space: next }
}

function create(body: Record<string, unknown>) {
  const like = spaces[2] as Space
  const made = {
    ...like,
    id: String(body.id),
    name: String(body.name),
    since: new Date().toISOString(),
  }
  state.spaces = [made, ...state.spaces]
  setTimeout(() => {
    changed(made.id, { state: 'running', reason: 'Running.', startedAt: new Date().toISOString() })
  }, 4000)
  return { intentId: newId(), space: made }
}

function check(source: string): TemplateCheck {
  const at = source.split('\n').findIndex((line) => /\bimgae\b/.test(line))
  if (at >= 0) {
    const hint = 'Did you mean “image”?'
    return {
      problems: [
        { line: at + 1, column: 5, message: 'There is no key “imgae” in a service.', hint },
      ],
    }
  }
  const head = templates.find((each) => each.source === source)?.head ?? templates[0]?.head
  return head ? { head, problems: [] } : { problems: [] }
}

function save(source: string) {
  const like = templates.find((each) => each.source === source) ?? templates[0]
  if (like && !state.templates.includes(like)) state.templates = [...state.templates, like]
  tell(['templates'])
  return like
}

const routes: Record<string, Answer> = {
  'GET /setup': () => ({ needed: state.needed }),
  'POST /setup': () => {
    state.needed = false
    state.in = true
    return me
  },
  'POST /session': ({ body }) => {
    if (body.password === 'wrong') throw new SkeinError('bad_credentials')
    state.in = true
    return me
  },
  'DELETE /session': () => {
    state.in = false
  },
  'GET /me': () => {
    if (!state.in) throw new SkeinError('not_signed_in')
    return me
  },
  'GET /me/sessions': () => ({ sessions }),
  'GET /users': () => ({ users: values.state === 'full' ? users : users.slice(0, 1) }),
  'POST /users': ({ body }) => body,
  'GET /hosts': () => ({ hosts: [host] }),
  'GET /starters': () => ({ starters }),
  'GET /templates': () => ({ templates: state.templates }),
  'POST /templates/check': ({ body }) => check(String(body.source)),
  'POST /templates': ({ body }) => save(String(body.source)),
  'GET /templates/:id': ({ params: [id] }) => {
    const found = templates.find((each) => each.id === id)
    if (!found) throw new SkeinError('not_found', { thing: 'template' })
    return found
  },
  'PUT /templates/:id': ({ params: [id] }) => templates.find((each) => each.id === id),
  'GET /templates/:id/versions/:id': ({ params: [id] }) => ({
    source: templates.find((each) => each.id === id)?.source.replace('1g', '512m'),
  }),
  'GET /spaces': () => ({ spaces: state.spaces }),
  'POST /spaces': ({ body }) => create(body),
  'GET /spaces/:id': ({ params: [id] }) => spaceOf(id),
  'PATCH /spaces/:id': ({ params: [id], body }) => changed(id, { name: String(body.name) }).space,
  'DELETE /spaces/:id': ({ params: [id] }) =>
    changed(id, { state: 'deleting', reason: 'Removing.' }),
  'POST /spaces/:id/start': ({ params: [id] }) =>
    changed(id, { state: 'running', reason: 'Running.' }),
  'POST /spaces/:id/stop': ({ params: [id] }) =>
    changed(id, { state: 'stopped', reason: 'Stopped.' }),
  'POST /spaces/:id/restart': ({ params: [id] }) => changed(id, { state: 'running' }),
  'GET /spaces/:id/timeline': ({ params: [id] }) => ({ steps: timeline(spaceOf(id)) }),
  'GET /spaces/:id/terminals': ({ params: [id = ''] }) => ({
    terminals: terminalNames(id).map((name) => ({
      name,
      title: '',
      cols: 80,
      rows: 24,
      viewers: 1,
      startedAt: me.expiresAt,
    })),
  }),
  'DELETE /spaces/:id/terminals/:id': ({ params: [id = '', name = ''] }) => {
    closeTerminal(id, name)
  },
}

function match(method: string, path: string): { answer: Answer; params: string[] } | undefined {
  for (const [key, answer] of Object.entries(routes)) {
    const [verb, pattern = ''] = key.split(' ')
    const found = new RegExp(`^${pattern.replaceAll(':id', '([^/]+)')}$`).exec(path)
    if (verb === method && found) return { answer, params: found.slice(1) }
  }
  return undefined
}

async function api(request: IncomingMessage, response: ServerResponse, path: string) {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const found = match(request.method ?? 'GET', path)
  response.setHeader('content-type', 'application/json')
  try {
    if (!found) throw new SkeinError('not_found', { thing: 'address' })
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, unknown>
    response.end(JSON.stringify(found.answer({ params: found.params, body })) ?? '')
  } catch (caught) {
    const error = caught instanceof SkeinError ? caught : new SkeinError('internal')
    response.statusCode = error.status
    response.end(JSON.stringify({ error: error.body }))
  }
}

async function file(response: ServerResponse, path: string) {
  const wanted = join(web, normalize(path))
  const name = extname(path) ? wanted : join(web, 'index.html')
  response.setHeader('content-type', types[extname(name)] ?? 'application/octet-stream')
  response.end(await readFile(name))
}

const server = createServer((request, response) => {
  response.setHeader('content-security-policy', POLICY)
  const { pathname } = new URL(request.url ?? '/', 'http://fixture')
  const done = pathname.startsWith('/api/v1')
    ? api(request, response, pathname.slice('/api/v1'.length))
    : file(response, pathname)
  done.catch(() => response.writeHead(404).end())
})

const sockets = new WebSocketServer({ noServer: true })
const tabs = new Set<import('ws').WebSocket>()
let cursor = 0
function tell(topics: readonly string[]): void {
  cursor++
  for (const tab of tabs) tab.send(JSON.stringify({ type: 'changed', topics, cursor }))
}

server.on('upgrade', (request, socket, upgradeHead) => {
  const { pathname } = new URL(request.url ?? '/', 'http://fixture')
  sockets.handleUpgrade(request, socket, upgradeHead, (open) => {
    const terminal = /^\/api\/v1\/spaces\/([^/]+)\/terminals\/([^/]+)\/attach$/.exec(pathname)
    if (terminal) {
      attachTerminal(open, terminal[1] ?? '', terminal[2] ?? '')
      return
    }
    tabs.add(open)
    open.on('close', () => tabs.delete(open))
    open.send(JSON.stringify({ type: 'hello', run: 'fixture', cursor }))
    open.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; at?: number }
      if (message.type === 'ping') open.send(JSON.stringify({ type: 'pong', at: message.at }))
    })
  })
})

server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(`fixture (${values.state}) on http://127.0.0.1:${values.port}/`)
})
