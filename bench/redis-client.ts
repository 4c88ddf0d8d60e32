// A client of Redis' protocol (RESP2): commands answered in order, and the messages of a subscription.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** `onMessage` hears the channels of a pattern subscription. */
export class RedisClient {
  readonly #socket: Socket
  readonly #waiting: PromiseWithResolvers<Reply>[] = []
  readonly #onMessage: (channel: string) => void
  #bytes = Buffer.alloc(0)

  private constructor(socket: Socket, onMessage: (channel: string) => void) {
    this.#socket = socket
    this.#onMessage = onMessage
    socket.setNoDelay(true)
    socket.on('data', (bytes) => this.#heard(bytes))
    socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('redis closed'))
    })
  }

  static async connect(port: number, onMessage: (channel: string) => void = () => {}) {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RedisClient(socket, onMessage)
  }

  call(...words: readonly string[]): Promise<Reply> {
    const answer = Promise.withResolvers<Reply>()
    this.#waiting.push(answer)
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
    this.#socket.write(`*${words.length}\r\n${parts.join('')}`)
    return answer.promise
  }

  close(): void {
    this.#socket.destroy()
  }

  #heard(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes])
    for (;;) {
      const parsed = parse(this.#bytes, 0)
      if (!parsed) return
      this.#bytes = this.#bytes.subarray(parsed.end)
      this.#take(parsed.reply)
    }
  }

  #take(reply: Reply): void {
    if (Array.isArray(reply) && reply[0] === 'pmessage') {
      this.#onMessage(String(reply[2]))
      return
    }
    const answer = this.#waiting.shift()
    if (reply instanceof Error) answer?.reject(reply)
    else answer?.resolve(reply)
  }
}

type Reply = string | number | null | Error | readonly Reply[]

/** One reply of the protocol RESP2, or undefined while some of it is missing. */
function parse(bytes: Buffer, from: number): { reply: Reply; end: number } | undefined {
  const lineEnd = bytes.indexOf('\r\n', from)
  if (lineEnd < 0) return undefined
  const line = bytes.toString('utf8', from + 1, lineEnd)
  const end = lineEnd + 2
  switch (String.fromCharCode(bytes[from] ?? 0)) {
    case '+':
      return { reply: line, end }
    case '-':
      return { reply: new Error(line), end }
    case ':':
      return { reply: Number(line), end }
    case '$': {
      const length = Number(line)
      if (length < 0) return { reply: null, end }
      if (bytes.length < end + length + 2) return undefined
      return { reply: bytes.toString('utf8', end, end + length), end: end + length + 2 }
    }
    default:
      return parseList(bytes, Number(line), end)
  }
}

function parseList(bytes: Buffer, count: number, from: number) {
  const list: Reply[] = []
  let end = from
  while (list.length < count) {
    const item = parse(bytes, end)
    if (!item) return undefined
    list.push(item.reply)
    end = item.end
  }
  return { reply: list, end }
}
