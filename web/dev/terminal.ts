// The far end of a made-up terminal: numbered bytes as the agent sends them, and a shell that only echoes.

import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import {
  type Attach,
  encodeAt,
  encodeFrame,
  encodeJson,
  encodeResize,
  FrameReader,
  type NumberedFrame,
  NumberedType,
  readAt,
  readBytes,
  readJson,
  readResize,
} from '#protocol/numbered/frames.ts'

const text = new TextEncoder()
const PROMPT = '\x1b[32mada@quiet-heron\x1b[0m:\x1b[34m~/skein\x1b[0m$ '
const WELCOME = `${PROMPT}git status -sb\r
\x1b[36m## main...origin/main [ahead 2]\x1b[0m\r
\x1b[31m M\x1b[0m web/src/main.tsx\r
\x1b[33m??\x1b[0m notes.md\r
${PROMPT}npm test\r
\r
> skein@0.1.0 test\r
> node scripts/test.js\r
\r
\x1b[32m✔\x1b[0m a terminal that is reattached shows the same screen \x1b[90m(41 ms)\x1b[0m\r
\x1b[32m✔\x1b[0m a suspect that refutes is alive again \x1b[90m(3 ms)\x1b[0m\r
\x1b[31m✖\x1b[0m a deleted space never comes back \x1b[90m(120 ms)\x1b[0m\r
\x1b[1m\x1b[33mwarning\x1b[0m 1 of 3 failed\r
${PROMPT}`

class FakeTerminal {
  readonly run = randomUUID()
  readonly viewers = new Set<WebSocket>()
  log = new Uint8Array()
  heard = new Map<string, number>()
  size = { cols: 80, rows: 24 }

  print(bytes: Uint8Array): void {
    const at = this.log.length
    this.log = new Uint8Array([...this.log, ...bytes])
    for (const viewer of this.viewers) viewer.send(encodeAt(NumberedType.out, at, bytes))
  }

  all(frame: Uint8Array): void {
    for (const viewer of this.viewers) viewer.send(frame)
  }

  end(status: number): void {
    const ended = text.encode(JSON.stringify({ status }))
    this.all(encodeAt(NumberedType.fin, this.log.length, ended))
  }
}

const terminals = new Map<string, FakeTerminal>()
export const terminalNames = (spaceId: string): string[] =>
  [...terminals.keys()].filter((key) => key.startsWith(spaceId)).map((key) => key.slice(37))
export const closeTerminal = (spaceId: string, name: string) =>
  terminals.delete(`${spaceId}/${name}`)

export function attachTerminal(socket: WebSocket, spaceId: string, name: string): void {
  const key = `${spaceId}/${name}`
  const known = terminals.get(key)
  const terminal = known ?? new FakeTerminal()
  terminals.set(key, terminal)
  if (!known) terminal.print(text.encode(name === 'main' ? WELCOME : PROMPT))
  const reader = new FrameReader()
  let client = ''
  socket.on('message', (data: Buffer) => {
    for (const frame of reader.push(data)) {
      if (frame.type === NumberedType.attach) client = attach(terminal, socket, frame)
      else take(terminal, socket, client, frame)
    }
  })
  socket.on('close', () => {
    terminal.viewers.delete(socket)
    tellViewers(terminal)
  })
}

function attach(terminal: FakeTerminal, socket: WebSocket, frame: NumberedFrame): string {
  const { client, seen = 0, run, cols, rows } = readJson(frame.body) as Attach
  const from = run === terminal.run ? seen : 0
  terminal.size = { cols, rows }
  const heard = terminal.heard.get(client) ?? 0
  socket.send(
    encodeJson(NumberedType.attached, {
      run: terminal.run,
      mode: 'resume',
      from,
      heard,
      cols,
      rows,
    }),
  )
  socket.send(encodeAt(NumberedType.out, from, terminal.log.subarray(from)))
  terminal.viewers.add(socket)
  tellViewers(terminal)
  return client
}

function tellViewers({ viewers }: FakeTerminal): void {
  const labels = Array.from(viewers, () => 'ada')
  for (const viewer of viewers)
    viewer.send(encodeJson(NumberedType.viewers, { count: viewers.size, labels }))
}

function take(
  terminal: FakeTerminal,
  socket: WebSocket,
  client: string,
  frame: NumberedFrame,
): void {
  if (frame.type === NumberedType.ping) socket.send(encodeFrame(NumberedType.pong, frame.body))
  if (frame.type === NumberedType.resize) {
    const { cols, rows } = readResize(frame.body)
    terminal.all(encodeResize(terminal.log.length, cols, rows))
  }
  if (frame.type !== NumberedType.in) return
  const bytes = readBytes(frame.body)
  const end = readAt(frame.body) + bytes.length
  if (end <= (terminal.heard.get(client) ?? 0)) return
  terminal.heard.set(client, end)
  socket.send(encodeAt(NumberedType.ackIn, end))
  const typed = new TextDecoder().decode(bytes)
  if (typed === '\x04') terminal.end(0)
  else terminal.print(text.encode(typed.replaceAll('\r', `\r\n${PROMPT}`)))
}
