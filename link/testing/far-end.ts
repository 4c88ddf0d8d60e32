// The other end of the conformance suite: does on each open what the suite says that it does.

import { SkeinError } from '#protocol/errors.ts'
import type { ServedStream } from '../../agent/link/served.ts'
import { farPorts } from './conformance.ts'

export function serveForTests(stream: ServedStream): void {
  const { open, duplex } = stream
  if (open.kind === 'echo') {
    stream.accept({ hello: 'echo' })
    duplex.pipe(duplex)
  } else if (open.kind === 'tcp') {
    onPort[open.port]?.(stream)
  } else if (open.kind === 'exec') {
    onPort[farPorts.late]?.(stream)
  } else {
    stream.refuse(new SkeinError('stream_unsupported', { kind: open.kind }))
  }
}

const onPort: Readonly<Record<number, (stream: ServedStream) => void>> = {
  [farPorts.flood]: (stream) => {
    stream.accept()
    flood(stream.duplex)
  },
  [farPorts.deaf]: (stream) => stream.accept(),
  [farPorts.mute]: () => undefined,
  [farPorts.broken]: (stream) => {
    stream.accept()
    stream.duplex.write('something')
    stream.duplex.once('data', () => stream.duplex.destroy(new Error('the handler failed')))
  },
  [farPorts.late]: (stream) => {
    stream.accept()
    stream.duplex.resume().on('end', () => {
      stream.duplex.write('late')
      stream.fin({ ok: false, status: 7, signal: 'SIGTERM' })
    })
  },
  [farPorts.refused]: (stream) => stream.refuse(new SkeinError('nothing_listens', { port: 6 })),
}

const BLOCK = Buffer.alloc(64 * 1024, 'x')

function flood(duplex: ServedStream['duplex']): void {
  const write = () => {
    while (duplex.writable && duplex.write(BLOCK));
  }
  duplex.on('drain', write)
  write()
}
