// The alternative to a peer, as the shortest tutorial writes it: whoever comes as `/agent/NAME` and as `/viewer/NAME` hear one
// another. No login, no encryption, nothing numbered, no back-pressure, and a lost connection is lost.

import { once } from 'node:events'
import { type WebSocket, WebSocketServer } from 'ws'

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
const waiting = new Map<string, WebSocket>()

server.on('connection', (socket, { url = '' }) => {
  const name = url.slice(url.lastIndexOf('/'))
  const other = waiting.get(name)
  waiting.set(name, socket)
  if (!other) return
  other.on('message', (data: Buffer) => socket.send(data))
  socket.on('message', (data: Buffer) => other.send(data))
})
await once(server, 'listening')
const address = server.address()
process.send?.({ port: typeof address === 'object' ? address?.port : 0 })
process.on('disconnect', () => process.exit())
