// The stock clients of OpenSSH against a server of ours, with nothing of this machine's own ssh settings.

import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostPublicKey } from '../host-key.ts'
import type { TestServer } from './server.ts'

/** No program of a test may take longer, milliseconds; one that does ends without a status. */
const RUN_TIMEOUT_MS = 90_000

export interface Ended {
  readonly status: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

export class OpenSsh {
  readonly folder = mkdtempSync(join(tmpdir(), 'skein-openssh-'))
  readonly #server: TestServer

  constructor(server: TestServer) {
    this.#server = server
    this.write('key', server.key.private)
    this.write('known_hosts', `[127.0.0.1]:${server.port} ${hostPublicKey(server.hostKey)}\n`)
  }

  write(name: string, text: string): string {
    const path = join(this.folder, name)
    writeFileSync(path, text)
    chmodSync(path, 0o600)
    return path
  }

  /** Options that ssh, scp and sftp share. */
  get options(): readonly string[] {
    const at = (name: string) => join(this.folder, name)
    const settings = {
      IdentityFile: at('key'),
      UserKnownHostsFile: at('known_hosts'),
      StrictHostKeyChecking: 'yes',
      IdentitiesOnly: 'yes',
      BatchMode: 'yes',
    }
    return [
      ...['-F', 'none', '-o', `Port=${this.#server.port}`],
      ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ]
  }

  start(program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const { SSH_AUTH_SOCK: _, ...own } = process.env
    return spawn(program, [...this.options, ...words], { env: { ...own, ...env } })
  }

  ssh(words: readonly string[], input?: Buffer | string): Promise<Ended> {
    return this.run('ssh', words, input)
  }

  run(program: string, words: readonly string[], input?: Buffer | string): Promise<Ended> {
    const child = this.start(program, words)
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
    return ended(child)
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export async function ended(child: ChildProcess): Promise<Ended> {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout?.on('data', (bytes: Buffer) => stdout.push(bytes))
  child.stderr?.on('data', (bytes: Buffer) => stderr.push(bytes))
  const late = setTimeout(() => child.kill('SIGKILL'), RUN_TIMEOUT_MS)
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(late)
  return { status, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }
}
