// Where the peer listens: one TCP address for pages, API and links, with or without TLS, and unix sockets for links of
// agents on this machine, which work for containers without any network.

import { chmodSync, mkdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Server } from 'node:net'
import { dirname } from 'node:path'
import type { Duplex } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import type { Address } from '../config/schemas.ts'
import { endAfterOffers, upgradeOptions } from '../http/protocols.ts'
import { startListening, urlOf } from '../listening.ts'
import type { Tls } from '../tls/tls.ts'
import { limitBodies } from './body-time.ts'
import { Draining } from './draining.ts'
import { bodyTimes, httpLimits } from './http-limits.ts'
import { limitAhead } from './pipelining.ts'
import { listenAt } from './socket-file.ts'
import { Threshold } from './threshold.ts'

/** sun_path of Linux's unix(7) without its final zero and the mark of a socket that is being made, bytes. */
export const MAX_SOCKET_PATH_BYTES = 106

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

export interface Listeners {
  /** The address that we really have, also where port 0 was asked for. */
  readonly url: string
  /** Takes nothing new, waits at most this long for what is being answered, then ends it. */
  close(waitMs: number): Promise<void>
}

export interface ListenersOptions {
  readonly listen: Address
  /** Each in a folder of its own kind: containers mount it. */
  readonly socketPaths: readonly string[]
  readonly request: RequestListener
  /** Whether a request's body may take as long as its bytes keep coming. */
  readonly isUpload?: (request: IncomingMessage) => boolean
  /** Of upgrades to a protocol of ours, or to any on an app's host; every other is a request. */
  readonly upgrade: Upgrade
  readonly isForApp?: (request: IncomingMessage) => boolean
  /** Upgrades on the unix socket: links only, no people. */
  readonly linkUpgrade: Upgrade
  /** With it the listener speaks HTTPS, and who comes in plain HTTP gets only this. */
  readonly secured?: {
    readonly tls: Pick<Tls, 'context' | 'onChange'>
    readonly plainRequest: RequestListener
    readonly plainUpgrade: Upgrade
  }
}

/** Something that listens, and how it ends. */
interface Door {
  readonly server: Server
  /** Takes its name away, where it has one on the disk. */
  readonly leave?: () => void
  end(waitMs: number): Promise<void>
}

/** Rejects with `port_in_use`, or with `config_invalid` when the address or the socket's path cannot be. */
export async function openListeners(options: ListenersOptions): Promise<Listeners> {
  const { listen, socketPaths, secured } = options
  const tcp = secured ? secureDoor(options, secured) : plainDoor(options)
  const doors = [tcp]
  await startListening(tcp.server, listen, named(`${listen.host}:${listen.port}`))
  try {
    for (const path of socketPaths) doors.push(await socketDoor(path, options.linkUpgrade))
  } catch (error) {
    for (const { server, leave } of doors) {
      leave?.()
      server.close()
    }
    throw error
  }
  return {
    url: urlOf(tcp.server, secured ? 'https' : 'http', listen.host),
    close: async (waitMs) => {
      await Promise.all(doors.map((door) => door.end(waitMs)))
    },
  }
}

async function socketDoor(path: string, upgrade: Upgrade): Promise<Door> {
  const door = plainDoor({ request: refuseAll, upgrade })
  prepareFolder(path)
  const file = await listenAt(door.server, path)
  const leave = () => file.remove()
  return {
    server: door.server,
    leave,
    end: (waitMs) => {
      leave()
      return door.end(waitMs)
    },
  }
}

const named = (address: string) => ({ address, setting: 'listen' })

type Doorway = Pick<ListenersOptions, 'request' | 'upgrade' | 'isUpload' | 'isForApp'>

const refuseAll: RequestListener = (_, response) => response.writeHead(404).end()

const never = (): boolean => false

function plainDoor({ request, upgrade, isUpload = never, isForApp = never }: Doorway): Door {
  const server = createServer({ ...httpLimits, ...upgradeOptions(isForApp) }, limitAhead(request))
  server.on('upgrade', upgrade)
  endAfterOffers(server)
  limitBodies(server, { isUpload, ...bodyTimes })
  const draining = new Draining(server)
  return { server, end: (waitMs) => draining.end(waitMs) }
}

function secureDoor(
  { request, upgrade, isUpload = never, isForApp = never }: ListenersOptions,
  { tls, plainRequest, plainUpgrade }: NonNullable<ListenersOptions['secured']>,
): Door {
  // The threshold ends a handshake that takes too long.
  const secure = createSecureServer(
    { ...httpLimits, ...upgradeOptions(isForApp), ...tls.context },
    limitAhead(request),
  )
  secure.on('upgrade', upgrade)
  endAfterOffers(secure)
  limitBodies(secure, { isUpload, ...bodyTimes })
  tls.onChange(() => secure.setSecureContext(tls.context))
  const plain = createServer({ ...httpLimits, ...upgradeOptions(never) }, limitAhead(plainRequest))
  plain.on('upgrade', plainUpgrade)
  endAfterOffers(plain)
  limitBodies(plain, { isUpload: never, ...bodyTimes })
  const drainings = [new Draining(secure, 'secureConnection'), new Draining(plain)]
  const threshold = new Threshold({ secure, plain })
  return {
    server: threshold.server,
    end: async (waitMs) => {
      threshold.end()
      await Promise.all(drainings.map((draining) => draining.end(waitMs)))
    },
  }
}

/** A folder of its own, since containers mount the folder: a socket that is made anew then appears in them. */
function prepareFolder(path: string): void {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    const reason = `${path} is longer than ${MAX_SOCKET_PATH_BYTES} bytes, the most for a socket`
    const key = 'data or link-folder'
    throw new SkeinError('config_invalid', { key, reason, source: 'the configuration' })
  }
  mkdirSync(dirname(path), { recursive: true })
  chmodSync(dirname(path), 0o755)
}
