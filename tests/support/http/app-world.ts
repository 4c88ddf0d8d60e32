// The HTTP door with one space whose ports are real: each stream to it is joined to a server of the test on loopback,
// as an agent does it. Requests are written as bytes where it matters how they look.

import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { SkeinError } from '#protocol/errors.ts'
import { newId, type SpaceId } from '#protocol/ids.ts'
import { servePorts } from '../../../agent/ports/trunk.ts'
import type { DirectSource } from '../../../server/apps/direct/direct-ways.ts'
import type { Change } from '../../../server/records/records.ts'
import type { Client } from './client.ts'
import type { FarEnd } from './link-pair.ts'
import { World, type WorldOptions } from './world.ts'

const ANSWER_TIMEOUT_MS = 5000
const EPOCH = 1
/** Values in Live outlive a test. */
const TTL_MS = 3_600_000
/** By which way requests pass where the test does not say; a test file that runs others again sets it. */
export const WAY_VARIABLE = 'SKEIN_DEV_APP_WAY'

/** Loopback stands for the space's network. */
const LOOPBACK: DirectSource = {
  linkOf: () => LINK,
  locate: async () => ({ address: '127.0.0.1', gateway: '127.0.0.1', hold: 'the container' }),
}
const LINK = { identity: { epoch: EPOCH }, ended: new AbortController().signal }

export interface Raw {
  readonly status: number
  readonly head: string
  readonly body: string
}

export class AppWorld {
  readonly world: World
  readonly owner: Client
  readonly spaceId: SpaceId
  /** Of the peer. */
  readonly port: number
  /** Of the app, in the space as on loopback. */
  readonly appPort: number
  readonly app: Server
  /** Connections that the app has. */
  readonly sockets = new Set<Socket>()

  private constructor(
    parts: Pick<AppWorld, 'world' | 'owner' | 'spaceId' | 'port' | 'appPort' | 'app'>,
  ) {
    this.world = parts.world
    this.owner = parts.owner
    this.spaceId = parts.spaceId
    this.port = parts.port
    this.appPort = parts.appPort
    this.app = parts.app
    this.app.on('connection', (socket: Socket) => {
      this.sockets.add(socket)
      socket.once('close', () => this.sockets.delete(socket))
    })
  }

  static async open(answer: RequestListener, options: WorldOptions = {}): Promise<AppWorld> {
    const app = createServer(answer).listen(0, '127.0.0.1')
    await once(app, 'listening')
    const address = app.address()
    const appPort = typeof address === 'object' && address ? address.port : 0
    const isDirect = process.env[WAY_VARIABLE] === 'direct'
    const world = await World.open({
      answer: (open) => {
        if (open.kind === 'tcp' && open.port !== appPort)
          throw new SkeinError('nothing_listens', { port: open.port })
        return {}
      },
      onStream: joinTo(appPort),
      ...(isDirect && { direct: LOOPBACK }),
      ...options,
    })
    const administrator = await world.setUp()
    const owner = await world.member(administrator, 'olga')
    const spaceId = newId<'space'>()
    const [template] = (await owner.get('/templates')).body.templates as { id: string }[]
    const templateId = template?.id ?? newId<'template'>()
    const made = await owner.post('/spaces', { id: spaceId, name: 'web', templateId })
    if (made.status !== 202) throw new Error(`no space: ${JSON.stringify(made.body)}`)
    if (isDirect) await runs(world, spaceId, appPort)
    return new AppWorld({ world, owner, spaceId, port: await world.listen(), appPort, app })
  }

  get host(): string {
    return this.hostOf(this.appPort)
  }

  hostOf(target: string | number, rest = 'web--olga'): string {
    return `${target}--${rest}.localhost`
  }

  share(visibility: string, people: readonly string[] = [], port = this.appPort) {
    return this.owner.put(`/spaces/${this.spaceId}/ports/${port}`, { visibility, people })
  }

  /** Sends bytes and gives what came until the other side closed. */
  async send(text: string | Buffer): Promise<Raw> {
    const socket = connect(this.port, '127.0.0.1')
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy())
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    // The server may close while we still send.
    socket.on('error', () => undefined)
    socket.write(text)
    await new Promise((resolve) => socket.once('close', resolve))
    const all = Buffer.concat(chunks).toString('latin1')
    const end = all.indexOf('\r\n\r\n')
    const head = end < 0 ? all : all.slice(0, end)
    return {
      status: Number(head.split(' ')[1] ?? 0),
      head,
      body: end < 0 ? '' : all.slice(end + 4),
    }
  }

  get(path: string, headers: Record<string, string> = {}, host = this.host): Promise<Raw> {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const head = `GET ${path} HTTP/1.1\r\nHost: ${host}:${this.port}\r\nConnection: close\r\n`
    return this.send(`${head}${lines.join('')}\r\n`)
  }

  /** Signs in on an app's host as the one whose page this is; the Cookie header from then on. */
  async enter(client: Client, host = this.host): Promise<string> {
    const away = await this.get('/', { Accept: 'text/html' }, host)
    const location = headerOf(away, 'location') ?? ''
    const state = cookieIn(away)
    const onPage = new URL(location)
    const cookie = { Cookie: client.cookie }
    const back = await this.get(onPage.pathname + onPage.search, cookie, 'localhost')
    const ticket = new URL(headerOf(back, 'location') ?? 'http://none')
    const redeemed = await this.get(ticket.pathname + ticket.search, { Cookie: state }, host)
    const pass = cookieIn(redeemed)
    if (!pass.startsWith('__Host-skein-app=')) throw new Error(`no pass: ${redeemed.head}`)
    return pass
  }

  async close(): Promise<void> {
    await this.world.close()
    this.app.closeAllConnections()
    this.app.close()
  }
}

/** As it is recorded and told of a space whose app listens everywhere. */
async function runs({ records, live }: World, id: SpaceId, port: number): Promise<void> {
  const value = { state: 'running', reason: '', since: 0, generation: 1, epoch: EPOCH } as const
  const runtime = { ...value, containers: { main: 'c' } }
  const change: Change = { op: 'set', kind: 'space', id, group: 'runtime', value: runtime }
  const owner = { assertValid: () => undefined }
  await records.transact(() => ({ changes: [change], result: undefined }), { owner })
  live.publish('ports', id, [{ port, address: '0.0.0.0' }], TTL_MS, EPOCH)
}

export function headerOf({ head }: Raw, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim()
}

export const cookieIn = (raw: Raw): string => headerOf(raw, 'set-cookie')?.split(';')[0] ?? ''

export const codeIn = (raw: Raw): string =>
  /"code":"(\w+)"/.exec(raw.body)?.[1] ?? /<code>(\w+)<\/code>/.exec(raw.body)?.[1] ?? raw.body

/** As an agent joins a stream to a port. */
const joinTo =
  (port: number) =>
  (far: FarEnd): void => {
    const { duplex } = far
    if (far.open.kind === 'ports') {
      const served = { ...far, open: far.open, actor: far.options.actor, requestId: 'test' }
      const unused = { accept: () => undefined, refuse: () => undefined }
      void servePorts({ ...served, ...unused }, far.open)
      return
    }
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => far.lose())
    socket.on('close', () => far.fin({ ok: true }))
    duplex.on('close', () => socket.destroy())
    duplex.pipe(socket).pipe(duplex)
  }
