// An agent that means harm, as a process of its own: `node mischief.ts <address> <space> <key> <what>`. It writes
// `linked` when it has begun and ends when the peer has ended its link.

import { performServerHandshake, type ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { FrameType } from '#protocol/link.ts'
import { controlFrame, linkHeader } from '../../link/frames.ts'
import { sessionOptions } from '../../link/session.ts'
import { type Account, asAgent, END_HEADERS, flood, frame, many, OK_STATUS, Type } from './raw.ts'

const settings = frame(Type.settings, 0, 0, Buffer.alloc(0))
const answered = frame(Type.headers, END_HEADERS, 1, OK_STATUS)

/** What is written by hand, after the settings. */
const byHand = {
  pings: (socket) => flood(socket, many(frame(Type.ping, 0, 0, Buffer.alloc(8)), 4000)),
  settings: (socket) => flood(socket, many(settings, 4000)),
  pushes: (socket) => {
    const request = Buffer.from([0x82, 0x87, 0x84])
    const promise = (id: number) => {
      const promised = Buffer.alloc(4)
      promised.writeUInt32BE(id)
      return frame(Type.pushPromise, END_HEADERS, 1, Buffer.concat([promised, request]))
    }
    const promises = Array.from({ length: 10_000 }, (_, i) => promise(2 * i + 2))
    socket.write(Buffer.concat([answered, ...promises]))
    socket.resume()
  },
  headers: (socket) => {
    socket.write(frame(Type.headers, 0, 1, OK_STATUS))
    flood(socket, frame(Type.continuation, 0, 1, Buffer.alloc(16_000, 0x88)))
  },
  silence: (socket) => socket.pause(),
} satisfies Record<string, (socket: TLSSocket) => void>

/** What is written into the report stream of an agent that is correct otherwise. */
const inReports = {
  line: (h2) => floodReports(h2, Buffer.alloc(64 * 1024, 'x')),
  ports: (h2) => {
    const ports = Array.from({ length: 1_000_000 }, (_, i) => ({ port: (i % 65_535) + 1 }))
    floodReports(h2, Buffer.from(`${JSON.stringify({ type: 'ports', ports })}\n`))
  },
  lies: (h2) => {
    const one = Buffer.from('{"type":"terminals","count":1}\n')
    floodReports(h2, many(one, 2000))
  },
  nothings: (h2) => {
    h2.write(controlFrame(FrameType.opened, {}))
    repeat(h2, many(linkHeader(FrameType.data, 0), 10_000))
  },
  crumbs: (h2, path) => {
    h2.write(controlFrame(FrameType.opened, {}))
    if (path !== '/v1/report')
      repeat(h2, many(Buffer.concat([linkHeader(FrameType.data, 1), Buffer.from('x')]), 10_000))
  },
  answers: (h2) => repeat(h2, controlFrame(FrameType.opened, { again: '['.repeat(1000) })),
} satisfies Record<string, (h2: ServerHttp2Stream, path: string) => void>

export type Mischief = keyof typeof byHand | keyof typeof inReports

function floodReports(h2: ServerHttp2Stream, block: Buffer): void {
  h2.write(controlFrame(FrameType.opened, {}))
  const write = () => {
    for (;;) {
      if (h2.destroyed) return
      h2.write(linkHeader(FrameType.data, Math.min(block.length, 1024 * 1024)))
      if (!h2.write(block.subarray(0, 1024 * 1024))) break
    }
    h2.once('drain', write)
  }
  write()
}

function repeat(h2: ServerHttp2Stream, block: Buffer): void {
  const write = () => {
    while (!h2.destroyed && h2.write(block));
    h2.once('drain', write)
  }
  write()
}

async function main(account: Account, what: string): Promise<void> {
  const socket = await asAgent(account)
  socket.on('close', () => process.exit(0))
  if (what in byHand) {
    socket.write(settings)
    byHand[what as keyof typeof byHand](socket)
  } else {
    const session = performServerHandshake(socket, sessionOptions)
    session.on('error', () => undefined)
    session.on('stream', (h2, headers) => {
      h2.on('error', () => undefined)
      h2.respond({ ':status': 200 })
      h2.resume()
      inReports[what as keyof typeof inReports](h2, headers[':path'] ?? '')
    })
  }
  process.stdout.write('linked\n')
}

const [, , address = '', spaceId = '', key = '', what = ''] = process.argv
await main({ address, spaceId, key: Buffer.from(key, 'hex') }, what)
