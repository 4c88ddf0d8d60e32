// Stock OpenSSH as a person has it: a folder with a key, a configuration and known hosts, and the commands that use
// them. What is run ends with its test at the latest.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** Hears what it says, as it comes. */
  onOutput?(text: string): void
  readonly input?: string | Buffer | Readable
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** No command of a test may take longer, ms. */
const RUN_TIMEOUT_MS = 90_000
/** For a program to end itself, ms. */
const STOP_TIMEOUT_MS = 10_000

/** Runs a program to its end. */
export async function run(
  argv: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<Ran> {
  const child = start(argv, options)
  const late = setTimeout(() => child.kill('SIGKILL'), RUN_TIMEOUT_MS)
  const [stdout, stderr] = [collected(child.stdout, options.onOutput), collected(child.stderr)]
  give(child, options.input)
  const [status] = (await once(child, 'close')) as [number | null]
  clearTimeout(late)
  return { status, stdout: await stdout, stderr: await stderr }
}

/** Runs a program to its end and keeps only the checksum of what it says. `onBytes` hears how much came so far. */
export async function digest(
  argv: readonly [string, ...string[]],
  onBytes: (bytes: number) => void = () => undefined,
): Promise<{ status: number | null; bytes: number; sha256: string }> {
  const child = start(argv)
  const late = setTimeout(() => child.kill('SIGKILL'), RUN_TIMEOUT_MS)
  const hash = createHash('sha256')
  let bytes = 0
  child.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    hash.update(chunk)
    onBytes(bytes)
  })
  child.stderr?.resume()
  child.stdin?.end()
  const [status] = (await once(child, 'close')) as [number | null]
  clearTimeout(late)
  return { status, bytes, sha256: hash.digest('hex') }
}

/** A program that runs on. */
export function start(
  [file, ...args]: readonly [string, ...string[]],
  { env, cwd }: RunOptions = {},
): ChildProcess {
  return spawn(file, args, {
    stdio: 'pipe',
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  })
}

function give({ stdin }: ChildProcess, input: RunOptions['input']): void {
  // A program that ends before it has read all is no failure of the test by itself.
  stdin?.on('error', () => undefined)
  if (input === undefined || typeof input === 'string' || Buffer.isBuffer(input)) stdin?.end(input)
  else if (stdin) input.pipe(stdin)
}

async function collected(
  stream: Readable | null,
  onOutput?: (text: string) => void,
): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream ?? []) {
    chunks.push(chunk as Buffer)
    onOutput?.(String(chunk))
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Ends a program that runs on. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await ended
  clearTimeout(late)
}

/** A person's ~/.ssh. */
export class SshHome {
  readonly folder = mkdtempSync(join(tmpdir(), 'skein-ssh-'))
  readonly key = join(this.folder, 'id_ed25519')

  #configs = 0

  constructor() {
    this.newKey('id_ed25519')
  }

  /** Makes a key; answers its file. */
  newKey(name: string): string {
    const file = join(this.folder, name)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file])
    return file
  }

  publicLine(key = this.key): string {
    return readFileSync(`${key}.pub`, 'utf8').trim()
  }

  /** Writes an ssh_config in which `Host name` has these lines and keys; answers its path. */
  configure(name: string, lines: readonly string[], keys: readonly string[]): string {
    const path = join(this.folder, `config-${this.#configs++}`)
    const own = [...keys.map((key) => `IdentityFile ${key}`), 'IdentitiesOnly yes']
    const all = [...lines, ...own].map((line) => `  ${line}`)
    writeFileSync(path, `Host ${name}\n${all.join('\n')}\n`)
    return path
  }

  write(name: string, text: string): string {
    const path = join(this.folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
