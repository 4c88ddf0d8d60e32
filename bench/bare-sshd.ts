// OpenSSH's own server as whoever runs the bench, on a port of loopback, with one key that is let in.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import { eventually } from '../tests/support/eventually.ts'
import type { SshHome } from '../tests/support/ssh/client.ts'

const START_TIMEOUT_MS = 10_000

export class BareSshd {
  /** An ssh_config in which `Host space` is this server. */
  readonly config: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, config: string) {
    this.#child = child
    this.config = config
  }

  static async start(home: SshHome): Promise<BareSshd> {
    const port = await freePort()
    // Where sshd puts its unprivileged half; Debian makes it at boot.
    mkdirSync('/run/sshd', { recursive: true })
    const settings = [
      `HostKey ${home.newKey('host')}`,
      `AuthorizedKeysFile ${home.write('authorized_keys', `${home.publicLine()}\n`)}`,
      ...['StrictModes no', 'UsePAM no', 'PidFile none', 'PermitRootLogin yes'],
      ...['ListenAddress 127.0.0.1', `Port ${port}`],
    ]
    const file = home.write('sshd_config', `${settings.join('\n')}\n`)
    const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', file], { stdio: 'ignore' })
    const answers = () =>
      eventually(() => connects(port), { timeoutMs: START_TIMEOUT_MS, what: 'sshd' })
    await answers()
    const config = home.configure(
      'space',
      [
        ...['HostName 127.0.0.1', `Port ${port}`, `User ${userInfo().username}`],
        ...['StrictHostKeyChecking no', 'UserKnownHostsFile /dev/null', 'LogLevel ERROR'],
      ],
      [home.key],
    )
    return new BareSshd(child, config)
  }

  async close(): Promise<void> {
    this.#child.kill()
    await once(this.#child, 'exit')
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

async function connects(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } finally {
    socket.destroy()
  }
}
