// Somebody who asks an app as fast as it answers, over many connections, as a process of its own. Started by
// flood.ts, which sends an AppFlood. Tells how many pieces of answers came, and ends of connections.

import { once } from 'node:events'
import { connect } from 'node:net'
import type { AppFlood } from './flood.ts'

const [flood] = (await once(process, 'message')) as [AppFlood]
const request = Buffer.from(flood.request, 'latin1')
const beganMs = performance.now()
let answers = 0
const isOver = () => performance.now() >= beganMs + flood.ms && answers >= flood.least

/** Asks again with each answer; the next connection follows one that the server ends. */
function ask(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port: flood.port, host: '127.0.0.1', noDelay: true })
    socket.on('connect', () => socket.write(request))
    socket.on('data', () => {
      answers++
      if (isOver()) socket.destroy()
      else socket.write(request)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      answers++
      resolve(isOver() ? undefined : ask())
    })
  })
}

await Promise.all(Array.from({ length: flood.connections }, ask))
process.send?.({ answers, perSecond: (answers / (performance.now() - beganMs)) * 1000 })
process.disconnect?.()
