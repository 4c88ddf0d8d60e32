// Files over the SSH file transfer protocol: one stream is one client, as `sftp-server` is one process. It may do what
// the space's user may, since it is the space's user.

import type { Duplex } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { AgentConfig } from '#protocol/report.ts'
import { childEnvironment } from '../child/environment.ts'
import { ownAccount } from '../child/passwd.ts'
import { drained } from '../drained.ts'
import type { ServedStream } from '../link/served.ts'
import {
  FieldReader,
  MAX_DATA_BYTES,
  PacketReader,
  PacketType,
  SftpFailure,
  Status,
  statusPacket,
} from './codec.ts'
import type { Request, SftpContext } from './context.ts'
import { extended, versionPacket } from './extensions.ts'
import { toFailure } from './failure.ts'
import * as files from './file-requests.ts'
import { Handles } from './handles.ts'
import { PathOrder } from './order.ts'
import * as places from './path-requests.ts'
import { Paths } from './paths.ts'

type SftpOpen = Extract<StreamOpen, { kind: 'sftp' }>

/** Clients at a time; each may have `MAX_HANDLES` files open. */
export const MAX_SFTP_STREAMS = 16
/** Requests of one client that are being done: past either the next are not read. OpenSSH's client sends up to 64. */
const MAX_REQUESTS = 64
const MAX_REQUEST_BYTES = 4 * 1024 * 1024

const requests: Readonly<Record<number, Request>> = {
  [PacketType.open]: places.open,
  [PacketType.close]: files.close,
  [PacketType.read]: files.read,
  [PacketType.write]: files.write,
  [PacketType.lstat]: places.lstat,
  [PacketType.fstat]: files.fstat,
  [PacketType.setstat]: places.setstat,
  [PacketType.fsetstat]: files.fsetstat,
  [PacketType.opendir]: places.opendir,
  [PacketType.readdir]: files.readdir,
  [PacketType.remove]: places.remove,
  [PacketType.mkdir]: places.mkdir,
  [PacketType.rmdir]: places.rmdir,
  [PacketType.realpath]: places.realpath,
  [PacketType.stat]: places.stat,
  [PacketType.rename]: places.rename,
  [PacketType.readlink]: places.readlink,
  [PacketType.symlink]: places.symlink,
  [PacketType.extended]: extended,
}

let open = 0

/** Serves one sftp stream. Rejects with `too_many_streams`, or with `frame_invalid` for what is no packet. */
export async function serveSftp(
  stream: ServedStream,
  _: SftpOpen,
  config: AgentConfig,
): Promise<void> {
  if (open >= MAX_SFTP_STREAMS) {
    throw new SkeinError('too_many_streams', { limit: MAX_SFTP_STREAMS })
  }
  open++
  try {
    stream.accept()
    await carrySftp(stream.duplex, config)
    stream.fin({ ok: true, status: 0 })
  } finally {
    open--
  }
}

/** Answers packets until their end. Rejects with `frame_invalid`, or with what the duplex broke of. */
export async function carrySftp(
  duplex: Duplex,
  config: Pick<AgentConfig, 'env' | 'home' | 'shell'>,
): Promise<void> {
  const client = new SftpClient(duplex, config)
  try {
    await client.run()
  } finally {
    await client.end()
  }
}

class SftpClient {
  readonly #duplex: Duplex
  readonly #sftp: SftpContext
  readonly #reader = new PacketReader()
  readonly #doing = new Set<Promise<void>>()
  #doingBytes = 0
  #told: Promise<void> = Promise.resolve()
  #hasBegun = false
  #failed: unknown

  constructor(duplex: Duplex, config: Pick<AgentConfig, 'env' | 'home' | 'shell'>) {
    this.#duplex = duplex
    const { HOME: home = '/' } = childEnvironment(config)
    const own = { uid: process.getuid?.(), name: ownAccount()?.name }
    this.#sftp = {
      handles: new Handles(),
      paths: new Paths(home, own.name),
      pathOrder: new PathOrder(),
      userName: (uid) => (uid === own.uid && own.name) || (uid === 0 ? 'root' : String(uid)),
      nowMs: () => Date.now(),
    }
  }

  async run(): Promise<void> {
    for await (const chunk of this.#duplex.iterator({ destroyOnReturn: false })) {
      for (const packet of this.#reader.push(chunk as Buffer)) await this.#take(packet)
    }
    await Promise.allSettled(this.#doing)
    if (this.#failed !== undefined) throw this.#failed
  }

  /** Nothing is written from here on; resolves when all is closed. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#doing)
    await this.#sftp.handles.closeAll()
  }

  /** Resolves when the next packet may come: that is the client's back-pressure. */
  async #take(packet: Buffer): Promise<void> {
    if (!this.#hasBegun) return this.#begin(packet)
    if (packet.length < 5) {
      throw new SkeinError('frame_invalid', { reason: 'an SFTP packet without its id' })
    }
    const cost = costOf(packet)
    const done = this.#answer(packet).finally(() => {
      this.#doing.delete(done)
      this.#doingBytes -= cost
    })
    this.#doing.add(done)
    this.#doingBytes += cost
    while (this.#doing.size >= MAX_REQUESTS || this.#doingBytes >= MAX_REQUEST_BYTES) {
      await Promise.race(this.#doing)
    }
    if (this.#failed !== undefined) throw this.#failed
    // A client that reads no answers is asked for nothing more.
    await drained(this.#duplex)
  }

  #begin(packet: Buffer): void {
    if (packet[0] !== PacketType.init) {
      throw new SkeinError('frame_invalid', { reason: 'SFTP begins with another packet' })
    }
    this.#hasBegun = true
    this.#write(versionPacket())
  }

  /**
   * Does one request and tells the answer after all before it, though it may be done earlier: OpenSSH's client cuts an
   * uploaded file off at the first write whose answer overtook another's (seen with 9.2, sftp_upload's highwater).
   */
  #answer(packet: Buffer): Promise<void> {
    this.#told = Promise.all([this.#told, this.#do(packet)]).then(([, answer]) => {
      if (answer) this.#write(answer)
    })
    return this.#told
  }

  /** Never rejects: a bug ends the stream by `#failed`. */
  async #do(packet: Buffer): Promise<Buffer | undefined> {
    const id = packet.readUInt32BE(1)
    try {
      const request = requests[packet[0] ?? 0]
      if (!request) throw new SftpFailure(Status.unsupported, 'there is no such request')
      return await request(id, new FieldReader(packet, 5), this.#sftp)
    } catch (caught) {
      const failure = toFailure(caught)
      if (failure) return statusPacket(id, failure.status, failure.message)
      this.#failed ??= caught
      return undefined
    }
  }

  #write(answer: Buffer): void {
    if (this.#duplex.writable) this.#duplex.write(answer)
  }
}

/** What a request keeps in memory, bytes: itself, and what it reads, whose length stands last. */
function costOf(packet: Buffer): number {
  if (packet[0] !== PacketType.read) return packet.length
  return packet.length + Math.min(packet.readUInt32BE(packet.length - 4), MAX_DATA_BYTES)
}
