// A space that is this machine: sessions are real programs and terminals, ports and sockets are real ones. What an agent
// does for the SSH server, as small as it can be.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import net, { type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn as spawnPty } from 'node-pty'
import { SkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import { encodeSessionPiece, readResize, SessionPiece, SessionReader } from '#protocol/session.ts'
import type { SshGuest, SshStream } from '../ports.ts'
import { type FarEnd, streamPair } from './stream-pair.ts'

type Of<K extends StreamOpen['kind']> = Extract<StreamOpen, { kind: K }>

export const SFTP_SERVER = '/usr/lib/openssh/sftp-server'

export class LocalSpace implements SshGuest {
  /** What was opened, in order. */
  readonly opened: StreamOpen[] = []
  readonly streams: SshStream[] = []
  readonly folder = mkdtempSync(join(tmpdir(), 'skein-ssh-'))
  readonly #waiting = new Map<string, Socket>()
  readonly #closers = new Set<() => void>()
  #lastId = 0

  ready(): Promise<void> {
    return Promise.resolve()
  }

  async open(open: StreamOpen): Promise<SshStream> {
    const stream = await this.#serve(open)
    this.opened.push(open)
    this.streams.push(stream)
    return stream
  }

  async #serve(open: StreamOpen): Promise<SshStream> {
    const { kind } = open
    if (kind === 'session') return open.pty ? this.#terminal(open, open.pty) : this.#program(open)
    if (kind === 'sftp') {
      return this.#raw(spawn(SFTP_SERVER, [], { stdio: ['pipe', 'pipe', 'inherit'] }))
    }
    if (kind === 'tcp') {
      const { host, port } = open
      return this.#socket(() => net.connect({ port, host, allowHalfOpen: true }), port)
    }
    if (kind === 'unix') {
      return this.#socket(() => net.connect({ path: open.path, allowHalfOpen: true }), 0)
    }
    if (kind === 'listen') return this.#listen(open)
    if (kind === 'accepted') return this.#accepted(open)
    throw new SkeinError('stream_unsupported', { kind })
  }

  close(): void {
    for (const close of this.#closers) close()
    for (const socket of this.#waiting.values()) socket.destroy()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #program({ command, env }: Of<'session'>): SshStream {
    const { near, far } = streamPair()
    const words = command === undefined ? ['-l'] : ['-c', command]
    const child = spawn('/bin/bash', words, { env: { ...process.env, ...env }, detached: true })
    this.#endWith(far, () => kill(child))
    readPieces(far, (type, bytes) => {
      if (type === SessionPiece.input && bytes.length === 0) child.stdin.end()
      else if (type === SessionPiece.input) return child.stdin.write(bytes)
      else if (type === SessionPiece.signal) kill(child, `SIG${Buffer.from(bytes)}`)
      return true
    })
    child.stdin.on('error', () => undefined)
    child.stdin.on('drain', () => far.duplex.resume())
    for (const [pipe, type] of [
      [child.stdout, SessionPiece.output],
      [child.stderr, SessionPiece.errorOutput],
    ] as const) {
      pipe.on('data', (bytes: Buffer) => {
        if (!far.duplex.write(encodeSessionPiece(type, bytes))) pipe.pause()
      })
      far.duplex.on('drain', () => pipe.resume())
    }
    child.once('close', (status, signal) => {
      far.fin({ ok: status === 0, status: status ?? undefined, signal: signal ?? undefined })
      far.duplex.resume()
    })
    return near
  }

  #terminal({ command, env }: Of<'session'>, pty: NonNullable<Of<'session'>['pty']>): SshStream {
    const { near, far } = streamPair()
    const words = command === undefined ? ['--norc'] : ['-c', command]
    const child = spawnPty('/bin/bash', words, {
      name: pty.term,
      cols: pty.cols,
      rows: pty.rows,
      env: { ...process.env, ...env, PS1: 'local$ ' },
    })
    this.#endWith(far, () => child.kill('SIGHUP'))
    readPieces(far, (type, bytes) => {
      if (type === SessionPiece.input) child.write(Buffer.from(bytes).toString('utf8'))
      const size = type === SessionPiece.resize ? readResize(bytes) : undefined
      if (size) child.resize(size.cols, size.rows)
      return true
    })
    child.onData((text) => {
      far.duplex.write(encodeSessionPiece(SessionPiece.output, Buffer.from(text)))
    })
    child.onExit(({ exitCode }) => {
      far.fin({ ok: exitCode === 0, status: exitCode })
      far.duplex.resume()
    })
    return near
  }

  #raw(child: ChildProcess): SshStream {
    const { near, far } = streamPair()
    this.#endWith(far, () => kill(child))
    if (child.stdin) far.duplex.pipe(child.stdin)
    child.stdout?.pipe(far.duplex, { end: false })
    child.stdin?.on('error', () => undefined)
    child.once('close', (status) => far.fin({ ok: status === 0, status: status ?? 1 }))
    return near
  }

  async #socket(dial: () => Socket, port: number): Promise<SshStream> {
    const socket = dial()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    socket.once('connect', resolve)
    socket.once('error', () => reject(new SkeinError('nothing_listens', { port })))
    await promise
    return this.#joined(socket)
  }

  #joined(socket: Socket): SshStream {
    const { near, far } = streamPair()
    this.#endWith(far, () => socket.destroy())
    socket.on('error', () => undefined)
    far.duplex.pipe(socket)
    socket.pipe(far.duplex, { end: false })
    socket.once('end', () => far.fin({ ok: true }))
    return near
  }

  async #listen({ on }: Of<'listen'>): Promise<SshStream> {
    const path = on.type === 'unix' ? on.path : join(this.folder, `agent-${++this.#lastId}`)
    const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true })
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', reject)
    server.listen(on.type === 'tcp' ? { port: on.port, host: on.host } : { path }, resolve)
    await promise.catch((cause: unknown) => {
      throw new SkeinError('command_failed', { reason: 'cannot listen' }, cause)
    })
    const { near, far } = streamPair(
      on.type === 'tcp' ? { port: (server.address() as AddressInfo).port } : { path },
    )
    this.#tellArrivals(server, far)
    return near
  }

  #tellArrivals(server: Server, far: FarEnd): void {
    far.duplex.resume()
    this.#endWith(far, () => server.close())
    far.duplex.once('end', () => server.close())
    server.on('connection', (socket) => {
      const id = String(++this.#lastId)
      this.#waiting.set(id, socket)
      const from = socket.remoteAddress && { host: socket.remoteAddress, port: socket.remotePort }
      far.duplex.write(`${JSON.stringify({ id, ...(from ? { from } : {}) })}\n`)
    })
  }

  #accepted({ id }: Of<'accepted'>): SshStream {
    const socket = this.#waiting.get(id)
    if (!socket) throw new SkeinError('not_found', { thing: 'connection' })
    this.#waiting.delete(id)
    return this.#joined(socket)
  }

  #endWith(far: FarEnd, end: () => void): void {
    this.#closers.add(end)
    far.duplex.once('close', () => {
      this.#closers.delete(end)
      end()
    })
  }
}

function readPieces(
  far: FarEnd,
  onPiece: (type: SessionPiece, bytes: Uint8Array) => boolean,
): void {
  const reader = new SessionReader()
  far.duplex.on('data', (chunk: Buffer) => {
    let isRoom = true
    for (const { type, bytes } of reader.push(chunk)) isRoom = onPiece(type, bytes)
    if (!isRoom) far.duplex.pause()
  })
}

/** The program and all that it started. */
function kill(child: ChildProcess, signal = 'SIGKILL'): void {
  try {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, signal)
  } catch {
    // It has ended by itself.
  }
}
