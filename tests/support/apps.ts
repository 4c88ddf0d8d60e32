// Programs in a space for the tests and benches of apps, run by the agent's own Node since the image has none, and a
// visitor of theirs who is no browser: it keeps cookies for each host and dials loopback whatever the host's name.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Api } from './api.ts'
import { docker } from './docker.ts'
import { eventually } from './eventually.ts'

/** How the agent starts its own programs. */
const NODE = [
  '/.skein/lib/ld-linux-x86-64.so.2',
  '--library-path',
  '/.skein/lib',
  '/.skein/node',
] as const

export async function containerOf(spaceId: string): Promise<string> {
  const id = await docker('ps', '--quiet', '--filter', `label=dev.skein.space=${spaceId}`)
  if (!/^[0-9a-f]+$/.test(id)) throw new Error(`no one container of ${spaceId}: ${id}`)
  return id
}

/** The container's address in its network, as the host reaches it. */
export function addressOf(container: string): Promise<string> {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
  return docker('inspect', '--format', format, container)
}

/** Writes a file in the container, as its user. */
export async function writeInto(container: string, path: string, text: string): Promise<void> {
  const child = spawn('docker', ['exec', '-i', container, 'sh', '-c', `cat > '${path}'`], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  child.stdin.end(text)
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${path} was not written: ${code}`)
}

/** Runs a module in the space until the space stops. */
export async function startNode(
  container: string,
  path: string,
  ...words: string[]
): Promise<void> {
  await docker('exec', '--detach', container, ...NODE, path, ...words)
}

/** Resolves when the space has reported that something listens. */
export async function untilListens(api: Api, spaceId: string, port: number): Promise<void> {
  await eventually(
    async () =>
      (await api.space(spaceId)).ports.some((it) => it.port === port && it.process !== undefined),
    { timeoutMs: 30_000, what: `port ${port} to listen` },
  )
}

export interface Got {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export class AppVisitor {
  readonly #port: number
  /** Cookies of each host, as one Cookie header. */
  readonly cookies = new Map<string, Map<string, string>>()

  constructor(port: number) {
    this.#port = port
  }

  cookieOf(host: string): string {
    const own = [...(this.cookies.get(host) ?? [])]
    return own.map(([name, value]) => `${name}=${value}`).join('; ')
  }

  keep(host: string, lines: readonly string[]): void {
    const own = this.cookies.get(host) ?? new Map<string, string>()
    this.cookies.set(host, own)
    for (const line of lines) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      own.set(pair.slice(0, at), pair.slice(at + 1))
    }
  }

  async open(
    host: string,
    path: string,
    options: Omit<RequestOptions, 'host' | 'port' | 'path'> & { readonly body?: string } = {},
  ): Promise<IncomingMessage> {
    const { body, headers, ...rest } = options
    const cookie = this.cookieOf(host)
    const asked = request({
      ...rest,
      host: '127.0.0.1',
      port: this.#port,
      path,
      headers: {
        host: `${host}:${this.#port}`,
        ...(cookie !== '' && { cookie }),
        ...(headers as Record<string, string>),
      },
    })
    asked.end(body)
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    this.keep(host, response.headers['set-cookie'] ?? [])
    return response
  }

  async get(
    host: string,
    path: string,
    options: Parameters<AppVisitor['open']>[2] = {},
  ): Promise<Got> {
    const response = await this.open(host, path, options)
    const body = await buffer(response)
    return { status: response.statusCode ?? 0, headers: response.headers, body }
  }

  /** Follows redirects as a browser does that goes to a page. */
  async go(host: string, path: string): Promise<Got> {
    let at = { host, path }
    for (let hops = 0; hops < 10; hops++) {
      const got = await this.get(at.host, at.path, { headers: { accept: 'text/html' } })
      const onward = /http-equiv="refresh" content="0;url=([^"]+)"/.exec(got.body.toString())?.[1]
      const location = got.headers.location ?? onward?.replaceAll('&amp;', '&')
      if (location === undefined) return got
      const url = new URL(location, `http://${at.host}:${this.#port}`)
      at = { host: url.hostname, path: url.pathname + url.search }
    }
    throw new Error('it redirects for ever')
  }
}

/** A visitor who is signed in on Skein's page as whom the API client is. */
export function visitorOf(api: Api): AppVisitor {
  const visitor = new AppVisitor(Number(new URL(api.url).port))
  visitor.keep('localhost', [api.cookie])
  return visitor
}
