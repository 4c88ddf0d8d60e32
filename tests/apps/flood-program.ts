// Somebody who asks an app as fast as it answers, over many connections, as a process of its own. Started by
// floods.test.ts with one word: an AppFlood as JSON. Tells how many pieces of answers came, and ends of connections.

import { connect } from 'node:net'
import type { AppFlood } from './flood.ts'

const flood = JSON.parse(process.argv[2] ?? '{}') as AppFlood
const request = Buffer.from(flood.request, 'latin1')
const untilMs = performance.now() + flood.ms
let answers = 0

/** Asks again with each answer; the next connection follows one that the server ends. */
function ask(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port: flood.port, host: '127.0.0.1', noDelay: true })
    socket.on('connect', () => socket.write(request))
    socket.on('data', () => {
      answers++
      if (performance.now() < untilMs) socket.write(request)
      else socket.destroy()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      answers++
      resolve(performance.now() < untilMs ? ask() : undefined)
    })
  })
}

process.send?.('begun')
await Promise.all(Array.from({ length: flood.connections }, ask))
process.send?.({ answers })
process.disconnect?.()
