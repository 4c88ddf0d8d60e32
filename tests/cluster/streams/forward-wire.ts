// A port that `skein port` forwards, and one connection over it.

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type Laptop, saying } from '../../cli/laptop.ts'
import { PORT } from './lines.ts'
import type { OpenWire } from './wire.ts'

export interface ForwardOptions {
  readonly laptop: Laptop
  readonly space: string
}

export const openForward =
  ({ laptop, space }: ForwardOptions): OpenWire =>
  async ({ take }) => {
    const child = laptop.start(['port', space, `${PORT}:0`, '--json'])
    const [, port] = await saying(child)(/"local":(\d+)/)
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('data', take)
    const ended = new Promise<string | undefined>((resolve) => {
      socket.once('error', (error) => resolve(`the connection broke: ${error.message}`))
      socket.once('end', () => resolve(undefined))
    })
    const exited = once(child, 'exit').then(([status]) => `skein port ended with ${status}`)
    await Promise.race([once(socket, 'connect'), ended, exited])
    return {
      over: Promise.race([ended, exited]),
      send: (text) => void socket.write(text),
      close: () => end(child, () => socket.destroy()),
    }
  }

function end(child: ChildProcess, close: () => void): void {
  close()
  child.kill('SIGKILL')
}
