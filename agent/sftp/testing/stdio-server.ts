// The handler as a program on standard input and output, so that OpenSSH's own client can be set upon it:
// `sftp -D "node stdio-server.ts"`.

import { Duplex } from 'node:stream'
import { carrySftp } from '../sftp.ts'

const duplex = Duplex.from({ readable: process.stdin, writable: process.stdout })
await carrySftp(duplex, { env: {}, ...(process.env.HOME ? { home: process.env.HOME } : {}) })
// Its client has all answers by now. Node 24 may hang in an exit of its own on a busy machine: the thread that it waits for
// waits for it, to collect (nodejs/node#54918).
process.kill(process.pid, 'SIGKILL')
