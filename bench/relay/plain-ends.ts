// Both ends of terminals over a plain relay, a WebSocket for each: `node plain-ends.ts loud|quiet|viewers PORT NAME…`. It says
// when all are there, and viewers say to each message how many bytes have come.

import { once } from 'node:events'
import { spawn } from 'node-pty'
import { WebSocket } from 'ws'
import { Chatter } from './chatter.ts'

const [role, port, ...names] = process.argv.slice(2)
const side = role === 'viewers' ? 'viewer' : 'agent'
const chatter = new Chatter()
let bytes = 0

for (const name of names) {
  const url = `ws://127.0.0.1:${port}/${side}/${name}`
  const socket = new WebSocket(url, { perMessageDeflate: false })
  await once(socket, 'open')
  if (role === 'loud') chatter.speak((said) => socket.send(said))
  else if (role === 'quiet') serve(socket)
  else
    socket.on('message', (data: Buffer) => {
      bytes += data.length
    })
}
process.send?.({ bytes })
process.on('message', () => process.send?.({ bytes }))
process.on('disconnect', () => process.exit())

function serve(socket: WebSocket): void {
  const pty = spawn('cat', [], { cols: 80, rows: 24, encoding: null })
  pty.onData((data) => socket.send(data))
  socket.on('message', (data) => pty.write(data.toString()))
}
