// An SSH server on loopback for tests, whose only space is this machine, with a key that is let in.

import { once } from 'node:events'
import net, { type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import { systemClock } from '../../server/clock.ts'
import { newHostKey } from '../host-key.ts'
import type { SshAuthorise, SshGuest } from '../ports.ts'
import { type ServeSshOptions, type SshServing, serveSsh } from '../serve.ts'
import { testKey } from './key.ts'
import { LocalSpace } from './local-space.ts'
import { soon } from './soon.ts'

export class TestServer {
  readonly space = new LocalSpace()
  /** What is let in. */
  readonly key = testKey()
  readonly hostKey = newHostKey()
  /** Each question, `user algorithm proven`. */
  readonly asked: string[] = []
  readonly logged: { text: string; details: Readonly<Record<string, unknown>> }[] = []
  readonly servings: SshServing[] = []
  port = 0
  readonly #options: Partial<ServeSshOptions> & { readonly guest?: SshGuest }
  readonly #sockets = new Set<Socket>()
  readonly #server = net.createServer({ noDelay: true }, (socket) => {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    this.serve(socket)
  })

  private constructor(options: Partial<ServeSshOptions> & { readonly guest?: SshGuest }) {
    this.#options = options
  }

  static async start(
    options: Partial<ServeSshOptions> & { readonly guest?: SshGuest } = {},
  ): Promise<TestServer> {
    const server = new TestServer(options)
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    server.port = (server.#server.address() as AddressInfo).port
    return server
  }

  serve(duplex: Duplex): SshServing {
    const serving = serveSsh(duplex, {
      hostKeys: [this.hostKey],
      authorise: this.#authorise,
      clock: systemClock,
      log: (text, details) => this.logged.push({ text, details }),
      ...this.#options,
    })
    this.servings.push(serving)
    return serving
  }

  async close(): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    const error = new SkeinError('unavailable', { reason: 'stopping' })
    for (const serving of this.servings) serving.close(error)
    await soon(Promise.all(this.servings.map(({ closed }) => closed)), 'the end of all servings')
    this.space.close()
  }

  readonly #authorise: SshAuthorise = async ({ user, credential, isProven }) => {
    const name = credential.type === 'none' ? 'none' : credential.algorithm
    this.asked.push(`${user} ${name} ${isProven ? 'proven' : 'offered'}`)
    if (credential.type === 'none') return new SkeinError('not_signed_in')
    const [, known = ''] = this.key.public.split(' ')
    if (credential.blob.toString('base64') === known) return this.#options.guest ?? this.space
    return new SkeinError('ssh_key_refused', { reason: 'nobody has registered it' })
  }
}
