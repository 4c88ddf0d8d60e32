// The machine on which the pages' commands run: a network and mounts of this process's own, so that the names, ports and
// folders which pages speak of are free, and nothing of it touches the real one. This process must have been started by
// `unshare --net --mount`, as root.

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import type { TestPair } from '../certificates.ts'

/** What pages call the server, and an app's address. All lead here. */
const NAMES = ['skein.example.com', 'box.lan', '8080--site--ada.apps.example.com']

export class Machine {
  readonly #folder = mkdtempSync(join(tmpdir(), 'skein-docs-'))
  /** The reader's home folder, to ssh as well, which asks the system and no variable. */
  readonly home = join(this.#folder, 'home')

  constructor() {
    mkdirSync(this.home)
    execFileSync('ip', ['link', 'set', 'lo', 'up'])
    this.#replace('/etc/hosts', (text) => `${text}\n127.0.0.1 ${NAMES.join(' ')}\n`)
    const own = `:${homedir()}:`
    const line = new RegExp(`^${userInfo().username}:.*$`, 'm')
    this.#replace('/etc/passwd', (text) =>
      text.replace(line, (found) => found.replace(own, `:${this.home}:`)),
    )
    for (const folder of ['/var/lib', '/var/backups']) {
      execFileSync('mount', ['-t', 'tmpfs', 'skein-docs', folder])
    }
  }

  path(name: string): string {
    return join(this.#folder, name)
  }

  /** Shows a folder under another name, here alone. */
  bind(folder: string, place: string): void {
    mkdirSync(place, { recursive: true })
    execFileSync('mount', ['--bind', folder, place])
  }

  /** The mounts and the network go with the last process here. */
  close(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #replace(file: string, change: (text: string) => string): void {
    const copy = this.path(file.replaceAll('/', '-'))
    writeFileSync(copy, change(readFileSync(file, 'utf8')))
    execFileSync('mount', ['--bind', copy, file])
  }
}

/** Ends HTTPS before a server, as a proxy on its machine does. */
export async function openEntrance(pair: TestPair, port: number): Promise<{ close(): void }> {
  const entrance = createServer(pair, (socket) => {
    const inner = connect(port, '127.0.0.1')
    socket.pipe(inner).pipe(socket)
    socket.on('error', () => inner.destroy())
    inner.on('error', () => socket.destroy())
  })
  entrance.listen(443, '127.0.0.1')
  await once(entrance, 'listening')
  return entrance
}
