// The program that plays an app in the tests with real spaces: a page, an echo over WebSocket, events, a body of two
// gigabytes with ranges, uploads, a call with trailers, and a page that attacks its neighbours.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { newId } from '#protocol/ids.ts'
import type { Api } from '../support/api.ts'
import { containerOf, startNode, untilListens, writeInto } from '../support/apps.ts'

export const APP_PORT = 8080
const IMAGE = 'skein/debian-test:1'

/** Megabyte `n` of the large body is this letter over and over, its number first: made on either side, never stored. */
export const PIECE_BYTES = 1024 * 1024

export function pieceOf(index: number): Buffer {
  const piece = Buffer.alloc(PIECE_BYTES, 97 + (index % 26))
  piece.writeUInt32BE(index)
  return piece
}

export const PROGRAM = `
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const PIECE = ${PIECE_BYTES}
const pieceOf = (index) => {
  const piece = Buffer.alloc(PIECE, 97 + (index % 26))
  piece.writeUInt32BE(index)
  return piece
}
/** The newest: a program that keeps all that it is flooded with pauses for collections of its own. */
const SEEN = 1000
const seen = []
const pages = {
  '/': '<!doctype html><title>App</title><h1>An app</h1>',
  '/hostile': '<!doctype html><title>Hostile</title><h1>Hostile</h1>',
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://x')
  if (seen.push({ method: request.method, url: request.url, headers: request.headers }) > SEEN) seen.shift()
  if (url.pathname === '/seen') return response.end(JSON.stringify(seen))
  if (url.pathname === '/events') return events(response)
  if (url.pathname === '/large') return large(request, response, Number(url.searchParams.get('bytes')))
  if (url.pathname === '/upload') return upload(request, response)
  if (url.pathname === '/grpc') return grpc(request, response)
  if (url.pathname === '/cookies') {
    response.setHeader('set-cookie', JSON.parse(url.searchParams.get('set')))
    return response.end(request.headers.cookie ?? '')
  }
  response.setHeader('content-type', 'text/html')
  response.end(pages[url.pathname] ?? 'nothing')
})

function events(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  let n = 0
  const timer = setInterval(() => response.write('data: ' + ++n + '\\n\\n'), 20)
  response.on('close', () => clearInterval(timer))
}

function large(request, response, bytes) {
  const range = /^bytes=(\\d+)-(\\d+)$/.exec(request.headers.range ?? '')
  let at = range ? Number(range[1]) : 0
  const end = range ? Number(range[2]) + 1 : bytes
  const headers = { 'content-length': end - at, 'accept-ranges': 'bytes' }
  if (range) headers['content-range'] = 'bytes ' + at + '-' + (end - 1) + '/' + bytes
  response.writeHead(range ? 206 : 200, headers)
  const more = () => {
    while (at < end) {
      const from = at % PIECE
      const piece = pieceOf(Math.floor(at / PIECE)).subarray(from, Math.min(PIECE, from + end - at))
      at += piece.length
      if (!response.write(piece)) return response.once('drain', more)
    }
    response.end()
  }
  more()
}

function upload(request, response) {
  const hash = createHash('sha256')
  let bytes = 0
  request.on('data', (chunk) => {
    bytes += chunk.length
    hash.update(chunk)
  })
  request.on('end', () => response.end(JSON.stringify({ bytes, sha256: hash.digest('hex') })))
}

function grpc(request, response) {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/grpc-web+proto', trailer: 'grpc-status, grpc-message' })
    response.write(Buffer.concat(chunks).reverse())
    response.addTrailers({ 'grpc-status': '0', 'grpc-message': 'OK' })
    response.end()
  })
}

const sockets = new WebSocketServer({ server })
sockets.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })))
server.listen(${APP_PORT}, '127.0.0.1')
`

/** A running space of whoever `api` is, with nothing in it; its id. */
export async function startSpace(api: Api, templateId: string, name: string): Promise<string> {
  const id = newId<'space'>()
  await api.createSpace({ id, name, templateId })
  await api.until(id, 'running')
  return id
}

export async function appsTemplate(api: Api): Promise<string> {
  const source = `name: Apps\napps: [{ name: Main Page, port: ${APP_PORT} }]\nservices: { main: { image: "${IMAGE}" } }\n`
  return (await api.createTemplate(source)).id
}

/** Starts the program above; resolves when it listens. */
export async function startProgram(api: Api, spaceId: string): Promise<void> {
  const container = await containerOf(spaceId)
  await copyModules(container, ['ws'], '/tmp/app')
  await writeInto(container, '/tmp/app/main.mjs', PROGRAM)
  await startNode(container, '/tmp/app/main.mjs')
  await untilListens(api, spaceId, APP_PORT)
}

/** Puts packages of our own node_modules into `folder/node_modules` of the container. */
export async function copyModules(
  container: string,
  names: readonly string[],
  folder: string,
): Promise<void> {
  const from = new URL('../../', import.meta.url).pathname
  const pack = spawn(
    'tar',
    ['-C', from, '-chf', '-', ...names.map((name) => `node_modules/${name}`)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const unpack = `mkdir -p ${folder} && tar -C ${folder} --no-same-owner -xf -`
  const into = spawn('docker', ['exec', '-i', container, 'sh', '-c', unpack], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  pack.stdout.pipe(into.stdin)
  const [code] = await once(into, 'exit')
  if (code !== 0) throw new Error(`the packages did not arrive: ${code}`)
}
