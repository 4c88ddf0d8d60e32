// The real nginx and Caddy, as processes of the test's own, with the configuration files of docs/recipes and only the
// places changed that their first lines name: a recipe that stops working fails here.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TestAuthority } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/skein.ts'
import { APPS_DOMAIN, PUBLIC_NAME } from './names.ts'

const RECIPES = join(import.meta.dirname, '../../docs/recipes')
const START_MS = 20_000

export interface RunningProxy {
  /** Where it serves HTTPS and redirects plain HTTP. */
  readonly port: number
  readonly plainPort: number
  /** PEM of every authority that signs for it. */
  readonly authorities: readonly string[]
  close(): Promise<void>
}

/** `upstream` is Skein's port. */
export type StartProxy = (upstream: number) => Promise<RunningProxy>

interface Folder {
  readonly path: string
  readonly authority: TestAuthority
  readonly port: number
  readonly plainPort: number
}

export const startNginx: StartProxy = async (upstream) => {
  const folder = await prepare('nginx')
  const config = recipe('nginx.conf', folder, [
    ['127.0.0.1:7534', `127.0.0.1:${upstream}`],
    ['listen 443', `listen 127.0.0.1:${folder.port}`],
    ['listen 80', `listen 127.0.0.1:${folder.plainPort}`],
  ])
  const spool = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder.path}/${name};`,
  )
  const main = join(folder.path, 'main.conf')
  writeFileSync(
    main,
    `daemon off; pid ${folder.path}/pid; error_log stderr warn; events {}
http { access_log off; ${spool.join(' ')} include ${config}; }`,
  )
  const child = run('nginx', ['-p', folder.path, '-e', 'stderr', '-c', main], folder)
  return await served(child, folder, [folder.authority.cert])
}

export const startCaddy: StartProxy = async (upstream) => {
  const folder = await prepare('caddy')
  const config = recipe('caddy.conf', folder, [['127.0.0.1:7534', `127.0.0.1:${upstream}`]])
  // In place of a public authority Caddy asks its own.
  const options = `{
	admin off
	local_certs
	skip_install_trust
	http_port ${folder.plainPort}
	https_port ${folder.port}
	default_bind 127.0.0.1
}
`
  writeFileSync(config, options + readFileSync(config, 'utf8'))
  const child = run('caddy', ['run', '--adapter', 'caddyfile', '--config', config], folder)
  const root = join(folder.path, 'caddy/pki/authorities/local/root.crt')
  const own = await eventually(() => readFileSync(root, 'utf8'), {
    timeoutMs: START_MS,
    what: 'Caddy’s own authority',
  })
  return await served(child, folder, [own, folder.authority.cert])
}

async function prepare(name: string): Promise<Folder> {
  const path = mkdtempSync(join(tmpdir(), `skein-${name}-`))
  const authority = new TestAuthority()
  const { cert, key } = authority.issue([PUBLIC_NAME, `*.${APPS_DOMAIN}`])
  mkdirSync(join(path, 'ssl'))
  writeFileSync(join(path, 'ssl/fullchain.pem'), cert)
  writeFileSync(join(path, 'ssl/privkey.pem'), key, { mode: 0o600 })
  return { path, authority, port: await freePort(), plainPort: await freePort() }
}

/** The recipe with every one of the changes made somewhere in it; its path. */
function recipe(
  name: string,
  { path }: Folder,
  changes: readonly (readonly [string, string])[],
): string {
  let text = readFileSync(join(RECIPES, name), 'utf8')
  const all = [
    ...changes,
    ['skein.example.com', PUBLIC_NAME],
    ['apps.example.com', APPS_DOMAIN],
    ['/etc/ssl/skein', join(path, 'ssl')],
  ] as const
  for (const [from, to] of all) {
    if (!text.includes(from)) throw new Error(`${name} has no ${from}`)
    text = text.replaceAll(from, to)
  }
  const config = join(path, name)
  writeFileSync(config, text)
  return config
}

interface Running {
  readonly child: ChildProcess
  readonly output: string[]
}

function run(program: string, words: readonly string[], { path }: Folder): Running {
  // Debian keeps nginx where only root's PATH leads.
  const PATH = `${process.env.PATH}:/usr/sbin`
  const env = { ...process.env, PATH, HOME: path, XDG_DATA_HOME: path, XDG_CONFIG_HOME: path }
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  }
  child.on('error', (error) => output.push(String(error)))
  return { child, output }
}

async function served(
  { child, output }: Running,
  { path, port, plainPort }: Folder,
  authorities: readonly string[],
): Promise<RunningProxy> {
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    rmSync(path, { recursive: true, force: true })
  }
  try {
    await eventually(() => listens(port), { timeoutMs: START_MS, what: 'the proxy to listen' })
  } catch (error) {
    await close()
    throw new Error(`the proxy did not start:\n${output.join('')}`, { cause: error })
  }
  return { port, plainPort, authorities, close }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } finally {
    socket.destroy()
  }
}
