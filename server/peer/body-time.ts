// How long a request's body may take. Node has one limit for every request of a server; an upload of an hour is well as
// long as its bytes come, while anything else that takes a minute is held open on purpose.

import type { IncomingMessage, Server } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import { hasBody } from '../http/protocols.ts'

export interface BodyTimes {
  readonly isUpload: (request: IncomingMessage) => boolean
  /** For a whole body, milliseconds. */
  readonly wholeMs: number
  /** How long an upload may bring nothing while somebody waits for it, milliseconds. */
  readonly idleMs: number
}

export function limitBodies(server: Server | SecureServer, times: BodyTimes): void {
  server.prependListener('request', (request: IncomingMessage) => {
    if (!hasBody(request)) return
    if (times.isUpload(request)) limitIdle(request, times.idleMs)
    else limitWhole(request, times.wholeMs)
  })
}

function limitWhole(request: IncomingMessage, wholeMs: number): void {
  const timer = setTimeout(() => refuse(request), wholeMs)
  whenOver(request, () => clearTimeout(timer))
}

function limitIdle(request: IncomingMessage, idleMs: number): void {
  let seen = request.socket.bytesRead
  const timer = setInterval(() => {
    const { bytesRead } = request.socket
    // What we have not taken yet is our own delay and not the client's.
    const isWaiting = request.readableLength === 0
    if (bytesRead === seen && isWaiting && !request.complete) refuse(request)
    seen = bytesRead
  }, idleMs)
  whenOver(request, () => clearInterval(timer))
}

function whenOver(request: IncomingMessage, stop: () => void): void {
  request.once('end', stop)
  request.once('close', stop)
}

/** As Node itself refuses: in plain bytes, because an answer may be half written. */
function refuse({ socket, complete }: IncomingMessage): void {
  if (complete || socket.destroyed) return
  if (socket.bytesWritten === 0) {
    socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n')
  }
  socket.destroySoon()
}
