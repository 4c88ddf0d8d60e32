// Another person on the same server, who types and looks how long the echo takes, while somebody else attacks.

import { once } from 'node:events'
import net from 'node:net'
import { Client, type ClientChannel } from 'ssh2'
import { soon } from './soon.ts'

export interface BystanderLogin {
  readonly port: number
  readonly privateKey: string
  readonly username?: string
}

export class Bystander {
  readonly #client: Client
  readonly #channel: ClientChannel

  private constructor(client: Client, channel: ClientChannel) {
    this.#client = client
    this.#channel = channel
  }

  static async login({
    port,
    privateKey,
    username = 'bystander',
  }: BystanderLogin): Promise<Bystander> {
    const client = new Client()
    client.on('error', () => undefined)
    const sock = net.connect({ port, host: '127.0.0.1', noDelay: true })
    client.connect({ sock, username, privateKey })
    await soon(once(client, 'ready'), 'the login')
    const channel = await soon(
      new Promise<ClientChannel>((resolve, reject) =>
        client.exec('cat', (error, opened) => (error ? reject(error) : resolve(opened))),
      ),
      'a program',
    )
    return new Bystander(client, channel)
  }

  /** Milliseconds until what was typed has come back. */
  async echoMs(): Promise<number> {
    const began = performance.now()
    const came = once(this.#channel, 'data', { signal: AbortSignal.timeout(20_000) })
    this.#channel.write('x')
    await came
    return performance.now() - began
  }

  close(): void {
    this.#client.end()
  }
}
