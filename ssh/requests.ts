// Global requests, RFC 4254, 4: forwards and their end, signs of life. Answers go out in the order of the questions, as
// the protocol has no other way to tell which is which.

import { Bucket } from './bucket.ts'
import type { Listens } from './listens.ts'
import { Message } from './messages.ts'
import { PacketReader, packet, protocolError } from './packet.ts'
import type { Wire } from './wire.ts'

/** Requests that wait for their answers. */
const MAX_AHEAD = 256
/** A path of a unix socket, bytes, as the kernel has it. */
const MAX_PATH_BYTES = 107

export interface RequestsOptions {
  readonly wire: Wire
  readonly listens: Listens
  readonly perSecond: number
  readonly nowMs: () => number
  /** The client wants no more sessions. */
  onNoMoreSessions(): void
  onFault(caught: unknown): void
}

export class Requests {
  readonly #options: RequestsOptions
  readonly #bucket: Bucket
  #ahead = 0
  #last: Promise<void> = Promise.resolve()

  constructor(options: RequestsOptions) {
    this.#options = options
    const { perSecond, nowMs } = options
    this.#bucket = new Bucket(perSecond, 2 * perSecond, nowMs)
  }

  /** Throws `ssh_protocol`. */
  handle(payload: Buffer): void {
    if (!this.#bucket.take() || this.#ahead >= MAX_AHEAD) {
      throw protocolError('it sends too many requests')
    }
    const reader = new PacketReader(payload)
    const name = reader.text()
    const isReplyWanted = reader.flag()
    const act = this.#actOf(name, reader)
    this.#ahead++
    this.#last = this.#last
      .then(act)
      .then((reply) => {
        if (isReplyWanted) this.#options.wire.send(reply)
      })
      .finally(() => {
        this.#ahead--
      })
      .catch(this.#options.onFault)
  }

  /** Reads the request now and does it in its turn; gives the answering packet. */
  #actOf(name: string, body: PacketReader): () => Promise<Buffer> {
    const { listens } = this.#options
    switch (name) {
      case 'tcpip-forward': {
        const [host, port] = [body.text(), body.number()]
        return () => this.#try(() => this.#addPort(host, port))
      }
      case 'cancel-tcpip-forward': {
        const [host, port] = [body.text(), body.number()]
        return async () => answer(listens.removePort(host, port))
      }
      case 'streamlocal-forward@openssh.com': {
        const path = body.text()
        return () => this.#try(() => this.#addSocket(path))
      }
      case 'cancel-streamlocal-forward@openssh.com': {
        const path = body.text()
        return async () => answer(listens.removeSocket(path))
      }
      case 'no-more-sessions@openssh.com':
        this.#options.onNoMoreSessions()
        return async () => answer(true)
      // keepalive@openssh.com among them: a refusal is a sign of life too, and what OpenSSH's own server says.
      default:
        return async () => answer(false)
    }
  }

  async #addPort(host: string, port: number): Promise<Buffer> {
    if (host.length > 255 || port > 65_535) return answer(false)
    const bound = await this.#options.listens.addPort(host, port)
    return port === 0 ? withPort(bound) : answer(true)
  }

  async #addSocket(path: string): Promise<Buffer> {
    if (path.length === 0 || Buffer.byteLength(path) > MAX_PATH_BYTES) return answer(false)
    await this.#options.listens.addSocket(path)
    return answer(true)
  }

  async #try(act: () => Promise<Buffer>): Promise<Buffer> {
    try {
      return await act()
    } catch (caught) {
      this.#options.onFault(caught)
      return answer(false)
    }
  }
}

function answer(isSuccess: boolean): Buffer {
  return packet(isSuccess ? Message.requestSuccess : Message.requestFailure)
}

function withPort(port: number): Buffer {
  return packet(Message.requestSuccess, port)
}
