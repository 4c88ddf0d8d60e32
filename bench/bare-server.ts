// The alternative to beat: a WebSocket and a PTY with nothing between them, as the shortest tutorial writes it. No
// screen is kept, nothing is numbered, and a lost connection loses the shell.

import { spawn } from 'node-pty'
import { WebSocketServer } from 'ws'

/** Above this many unsent bytes the PTY is paused, as ttyd does. */
const HIGH_WATER_BYTES = 1024 * 1024

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
server.on('listening', () => {
  const address = server.address()
  if (address && typeof address === 'object') process.send?.({ port: address.port })
})
server.on('connection', (socket) => {
  const pty = spawn('/bin/bash', ['--norc'], { cols: 80, rows: 24, encoding: null })
  pty.onData((data) => {
    socket.send(data, () => {
      if (socket.bufferedAmount < HIGH_WATER_BYTES) pty.resume()
    })
    if (socket.bufferedAmount > HIGH_WATER_BYTES) pty.pause()
  })
  socket.on('message', (data) => pty.write(data.toString()))
  socket.on('close', () => pty.kill())
})
process.on('disconnect', () => process.exit(0))
