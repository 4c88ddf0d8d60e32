// `skein login URL`: a token by way of a browser in which somebody is signed in, or one that is given on standard input.

import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ReadStream } from 'node:tty'
import { begunLoginSchema, collectedLoginSchema, LOGIN_POLL_MS } from '#protocol/api/cli.ts'
import { SkeinError } from '#protocol/errors.ts'
import { print } from '../output.ts'
import { type Access, originOf, readAuthority } from './access.ts'
import { meSchema } from './answers.ts'
import { callServer } from './ask.ts'
import { readConfig, withServer, writeConfig } from './config.ts'
import { learnPeers } from './remote.ts'
import { trustAuthority } from './trust.ts'
import { typeSecret } from './type-secret.ts'
import { machineName } from './user-agent.ts'
import { Ways } from './ways.ts'

export interface LoginOptions {
  readonly json?: true
  /** `-`: the token is on standard input. */
  readonly token?: string
  readonly ca?: string
  readonly fingerprint?: string
  readonly browser: boolean
}

/** Longer than any token of ours. */
const MAX_TOKEN_CHARS = 4096

export async function login(url: string, options: LoginOptions): Promise<number> {
  const asJson = options.json === true
  const { env } = process
  const origin = originOf(url)
  const config = await readConfig(env)
  warnIfPlain(origin)
  const ca = await findAuthority(origin, options, config.servers[origin]?.ca)
  const access: Access = { origin, ...(ca !== undefined && { ca }) }
  const token =
    options.token === undefined ? await askBrowser(access, options) : await readToken(options.token)
  const me = await callServer({ ...access, token }, 'GET /me', { answer: meSchema })
  const user = me.user.username
  await writeConfig(
    env,
    withServer(config, origin, { token, user, ...(ca !== undefined && { ca }) }),
  )
  await learnPeers(new Ways({ ...access, token }))
  print(asJson, { server: origin, user }, () => {
    return `Signed in to ${origin} as ${user}.\nNext: skein spaces, skein ssh SPACE`
  })
  return 0
}

/** What was given, what this server's login had before, or what the person trusts now; else the system's own. */
async function findAuthority(
  origin: string,
  { ca, fingerprint }: LoginOptions,
  known: string | undefined,
): Promise<string | undefined> {
  if (!origin.startsWith('https:')) return undefined
  if (ca !== undefined) return readAuthority(ca)
  return trustAuthority({ origin, known, fingerprint })
}

async function readToken(source: string): Promise<string> {
  if (source !== '-') {
    const reason = 'a token on the command line is seen by others; use --token - and standard input'
    throw new SkeinError('bad_request', { reason })
  }
  const token = (process.stdin.isTTY ? await typedToken(process.stdin) : await piped()).trim()
  if (/^[\x21-\x7e]{1,4096}$/.test(token)) return token
  throw new SkeinError('bad_request', { reason: 'there is no token on standard input' })
}

async function piped(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk
    if (text.length > MAX_TOKEN_CHARS) break
  }
  return text
}

async function typedToken(input: ReadStream): Promise<string> {
  const ask = { prompt: 'The token, which is not shown, then Enter: ', maxChars: MAX_TOKEN_CHARS }
  return (await typeSecret(input, (text) => process.stderr.write(text), ask)) ?? ''
}

async function askBrowser(access: Access, options: LoginOptions): Promise<string> {
  const body = { name: machineName() }
  const begun = await callServer(access, 'POST /logins', { body, answer: begunLoginSchema })
  const url = `${access.origin}/cli/approve#${begun.id}`
  process.stderr.write(`Open this address, where you are signed in to Skein:\n\n  ${url}\n\n`)
  process.stderr.write(`Approve it only if the page shows the code ${begun.code}.\n`)
  if (options.browser) openBrowser(url)
  return collect(access, begun)
}

/** Rejects with `login_gone` when it was refused or nobody came. */
async function collect(
  access: Access,
  { id, secret, expiresAt }: { id: string; secret: string; expiresAt: string },
): Promise<string> {
  const wanted = { params: { id }, body: { secret }, answer: collectedLoginSchema }
  // By our own clock: the server's may differ.
  const endMs = performance.now() + Math.max(0, Date.parse(expiresAt) - Date.now()) + LOGIN_POLL_MS
  while (performance.now() < Math.max(endMs, LOGIN_POLL_MS)) {
    const { token } = await callServer(access, 'POST /logins/:id/token', wanted)
    if (token !== undefined) return token
    await sleep(LOGIN_POLL_MS)
  }
  throw new SkeinError('login_gone')
}

/** Where somebody sits in front of a screen. That it fails is no loss: the address was printed. */
function openBrowser(url: string): void {
  const { env, platform } = process
  const isMac = platform === 'darwin'
  const hasScreen = isMac || env.DISPLAY || env.WAYLAND_DISPLAY
  if (!process.stderr.isTTY || !hasScreen || env.SSH_CONNECTION) return
  const child = spawn(isMac ? 'open' : 'xdg-open', [url], { stdio: 'ignore', detached: true })
  child.on('error', () => undefined)
  child.unref()
}

function warnIfPlain(origin: string): void {
  const { protocol, hostname } = new URL(origin)
  if (protocol === 'https:' || isLoopback(hostname)) return
  process.stderr.write('Warning: without HTTPS everybody on the way can read the token.\n')
}

const isLoopback = (name: string): boolean =>
  name === 'localhost' || name === '[::1]' || name.startsWith('127.')
