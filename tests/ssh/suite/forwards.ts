// Ports and sockets through ssh, both ways, the client's agent inside the space, and the way in which an editor puts
// its server there: a script on the standard input, then a forwarded port.

import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { ListenOptions } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { amount } from '../../support/amount.ts'
import { eventually } from '../../support/eventually.ts'
import { freePort } from '../../support/skein.ts'
import { run, start, stop } from '../../support/ssh/client.ts'
import { aside, type Reach, ssh, sshAside, sshWith } from './reach.ts'

const TIMEOUT_MS = 20_000
/** Large answers at once over one forward. */
const GETS = amount({ usual: 4, whole: 8 })
/** Serves one file over HTTP, on a port of the system's choice or on a unix socket, and says where. */
const SERVER = `
import http.server, socketserver, sys, os
class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b'from the space' + b'.' * int(self.path[1:] or 0))
    def address_string(self): return 'somebody'
    def log_message(self, *words): pass
if len(sys.argv) > 1:
    server = socketserver.UnixStreamServer(sys.argv[1], Hello)
    print('listeningOn=' + sys.argv[1], flush=True)
else:
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Hello)
    print('listeningOn=%d' % server.server_port, flush=True)
server.serve_forever()
`

export function forwards(reach: () => Reach): void {
  outwards(reach)
  inwards(reach)
  agents(reach)
  editors(reach)
}

function outwards(reach: () => Reach): void {
  test('-L leads to a port of the space, and says where nothing listens', async () => {
    await using server = await serveThere(reach())
    const [local, nowhere] = [await freePort(), await freePort()]
    const words = ['-N', '-L', `${local}:127.0.0.1:${server.at}`, '-L', `${nowhere}:127.0.0.1:1`]
    await using _ = forward(reach(), words)
    assert.equal(await get({ port: local }), 'from the space')
    const much = await Promise.all(
      Array.from({ length: GETS }, () => get({ port: local }, 3_000_000)),
    )
    assert.deepEqual(new Set(much.map(({ length }) => length)), new Set([3_000_014]))
    await assert.rejects(getOnce({ port: nowhere }))
  })

  test('-L leads from a socket here to a socket there', async () => {
    const there = `/tmp/skein-there-${process.pid}`
    await using _ = await serveThere(reach(), there)
    const here = join(tmpdir(), `skein-here-${process.pid}-${performance.now()}`)
    await using __ = forward(reach(), ['-N', '-L', `${here}:${there}`])
    assert.equal(await get({ path: here }), 'from the space')
  })
}

function inwards(reach: () => Reach): void {
  test('-R leads from a port of the space to one here', async () => {
    await using here = await serveHere({ port: 0, host: '127.0.0.1' })
    await using ssh = forward(reach(), ['-v', '-N', '-R', `0:127.0.0.1:${here.port}`])
    const [, port] = await ssh.says(/Allocated port (\d+) for remote forward/)
    const { stdout } = await aside(reach(), `curl -s http://127.0.0.1:${port}/`)
    assert.equal(stdout, 'from here')
  })

  test('-R leads from a socket there to a socket here', async () => {
    const path = join(tmpdir(), `skein-home-${process.pid}-${performance.now()}`)
    const there = `/tmp/skein-back-${process.pid}`
    await using _ = await serveHere({ path })
    await using __ = forward(reach(), ['-N', '-R', `${there}:${path}`])
    const curl = `curl -s --retry 20 --retry-delay 1 --retry-all-errors --unix-socket ${there} http://x/`
    assert.equal((await aside(reach(), curl)).stdout, 'from here')
  })
}

function agents(reach: () => Reach): void {
  test('-A shows the keys of the agent here to the space, and no connection without it', async () => {
    const agent = start(['ssh-agent', '-D'])
    const [line] = (await once(createInterface({ input: agent.stdout ?? never() }), 'line')) as [
      string,
    ]
    const socket = /SSH_AUTH_SOCK=([^;]+)/.exec(line)?.[1] ?? ''
    const env = { SSH_AUTH_SOCK: socket }
    try {
      const key = join(reach().config, '..', 'id_ed25519')
      assert.equal((await run(['ssh-add', '-q', key], { env })).status, 0)
      const here = await run(['ssh-add', '-l'], { env })
      const there = await run(sshWith(reach(), ['-A'], 'ssh-add -l'), { env })
      assert.equal(there.stdout, here.stdout)
      const without = await run(ssh(reach(), 'echo "[$SSH_AUTH_SOCK]"'), { env })
      assert.equal(without.stdout, '[]\n')
    } finally {
      await stop(agent)
    }
  })
}

/** As VS Code's Remote-SSH does it: `ssh -T -D port host bash`, the script on stdin, the port in its output. */
function editors(reach: () => Reach): void {
  test('a server that a script on stdin starts is reached through -D and through -L', async () => {
    const socks = await freePort()
    const child = start(sshWith(reach(), ['-T', '-D', String(socks)], 'bash'))
    const lines = createInterface({ input: child.stdout ?? never() })
    const heard: string[] = []
    lines.on('line', (line) => heard.push(line))
    child.stdin?.write(`uname -m\npython3 -u - <<'END' &\n${SERVER}\nEND\necho running\n`)
    try {
      const at = () => heard.map((line) => /^listeningOn=(\d+)/.exec(line)?.[1]).find(Boolean)
      const port = await eventually(at, { timeoutMs: TIMEOUT_MS, what: `a port in ${heard}` })
      const proxy = `socks5h://127.0.0.1:${socks}`
      const url = `http://127.0.0.1:${port}/`
      assert.equal((await run(['curl', '-s', '--proxy', proxy, url])).stdout, 'from the space')
      const local = await freePort()
      await using _ = forward(reach(), ['-N', '-L', `${local}:127.0.0.1:${port}`])
      assert.equal(await get({ port: local }), 'from the space')
      child.stdin?.end('kill %1\n')
      await once(child, 'exit')
    } finally {
      await stop(child)
    }
  })
}

function never(): never {
  throw new Error('it has no output')
}

interface Disposable {
  [Symbol.asyncDispose](): Promise<void>
}

/** Runs the server in the space; `at` is its port or its path. */
async function serveThere(reach: Reach, path = ''): Promise<Disposable & { readonly at: string }> {
  const child = start(sshAside(reach, `rm -f ${path || '/tmp/none'}; exec python3 -u - ${path}`))
  child.stdin?.end(SERVER)
  const at = await said(child, child.stdout, /listeningOn=(\S+)/)
  return { at: at[1] ?? '', [Symbol.asyncDispose]: () => stop(child) }
}

async function serveHere(where: ListenOptions): Promise<Disposable & { readonly port: number }> {
  const server: Server = createServer((_, answer) => answer.end('from here')).listen(where)
  await once(server, 'listening')
  const address = server.address()
  const close = async () => {
    server.closeAllConnections()
    server.close()
  }
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { port, [Symbol.asyncDispose]: close }
}

/** A connection that only forwards. */
function forward(reach: Reach, words: readonly string[]) {
  const child = start(sshWith(reach, ['-o', 'ExitOnForwardFailure=yes', ...words]))
  const errors = said.bind(undefined, child, child.stderr)
  return {
    says: (pattern: RegExp) => errors(pattern),
    [Symbol.asyncDispose]: () => stop(child),
  }
}

async function said(
  child: ChildProcess,
  stream: NodeJS.ReadableStream | null,
  pattern: RegExp,
): Promise<RegExpExecArray> {
  let text = ''
  stream?.on('data', (bytes: Buffer) => {
    text += bytes
  })
  return await eventually(
    () => {
      if (child.exitCode !== null) throw new Error(`it ended: ${text}`)
      return pattern.exec(text)
    },
    { timeoutMs: TIMEOUT_MS, what: `${pattern} in ${text}` },
  )
}

type Where = { readonly port: number } | { readonly path: string }

/** Waits until the forward is there. */
const get = (where: Where, more = 0): Promise<string> =>
  eventually(() => getOnce(where, more), { timeoutMs: TIMEOUT_MS, what: 'an answer' })

function getOnce(where: Where, more = 0): Promise<string> {
  const to = 'port' in where ? { host: '127.0.0.1', port: where.port } : { socketPath: where.path }
  return new Promise((resolve, reject) => {
    const call = request({ ...to, path: `/${more}`, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('latin1').on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () => resolve(text))
      answer.on('error', reject)
    })
    call.on('error', reject)
    call.end()
  })
}
