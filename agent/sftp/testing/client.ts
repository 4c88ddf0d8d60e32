// A client of the handler, packet by packet: for what OpenSSH's client never sends.

import type { AgentConfig } from '#protocol/report.ts'
import { agentConfig } from '../../../tests/agent/agent-config.ts'
import { type PeerEnd, servedPair } from '../../../tests/agent/served-pair.ts'
import { FieldReader, PacketReader, PacketType, packet, text, u32, u64 } from '../codec.ts'
import { serveSftp } from '../sftp.ts'

export interface Answer {
  readonly type: number
  readonly id: number
  readonly fields: FieldReader
}

export class RawClient {
  readonly peer: PeerEnd
  /** Settles as the handler does. */
  readonly done: Promise<void>
  /** The ids of all answers, as they came. */
  readonly answered: number[] = []
  readonly #reader = new PacketReader()
  readonly #answers = new Map<number, (answer: Answer) => void>()
  #lastId = 0

  constructor(config: Partial<AgentConfig> = {}, options: { silent?: boolean } = {}) {
    const { served, peer } = servedPair({ kind: 'sftp' })
    this.peer = peer
    this.done = serveSftp(served, { kind: 'sftp' }, agentConfig(config))
    this.done.catch(() => undefined)
    if (!options.silent) {
      this.send(packet(PacketType.init, u32(3)))
      this.listen()
    }
  }

  listen(): void {
    this.peer.duplex.on('data', (chunk: Buffer) => {
      for (const answer of this.#reader.push(chunk)) this.#take(answer)
    })
  }

  send(bytes: Buffer): boolean {
    return this.peer.duplex.write(bytes)
  }

  /** Sends a request and resolves with its answer. */
  ask(type: number, ...fields: readonly Buffer[]): Promise<Answer> {
    const id = ++this.#lastId
    const answer = new Promise<Answer>((resolve) => this.#answers.set(id, resolve))
    this.send(packet(type, u32(id), ...fields))
    return answer
  }

  /** The status of an answer that is one. */
  async status(type: number, ...fields: readonly Buffer[]): Promise<number> {
    const answer = await this.ask(type, ...fields)
    if (answer.type !== PacketType.status) throw new Error(`an answer of type ${answer.type}`)
    return answer.fields.u32()
  }

  async open(path: string | Buffer, pflags: number): Promise<Buffer> {
    const answer = await this.ask(PacketType.open, text(path), u32(pflags), u32(0))
    if (answer.type !== PacketType.handle) throw new Error(`status ${answer.fields.u32()}`)
    return answer.fields.string()
  }

  write(handle: Buffer, at: number, bytes: Buffer): Promise<number> {
    return this.status(PacketType.write, text(handle), u64(at), text(bytes))
  }

  async read(handle: Buffer, at: number, length: number): Promise<Buffer | undefined> {
    const answer = await this.ask(PacketType.read, text(handle), u64(at), u32(length))
    return answer.type === PacketType.data ? answer.fields.string() : undefined
  }

  #take(answer: Buffer): void {
    const type = answer[0] ?? 0
    if (type === PacketType.version) return
    const id = answer.readUInt32BE(1)
    this.answered.push(id)
    this.#answers.get(id)?.({ type, id, fields: new FieldReader(answer, 5) })
    this.#answers.delete(id)
  }
}
