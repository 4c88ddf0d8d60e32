// What the two ends of a link say to each other. A link is: HTTP Upgrade, TLS 1.3 with a pre-shared key in the
// taken socket, HTTP/2 in that with the dialling side as server. Each stream is `POST /v1/<kind>`; inside it,
// frames: u8 type, u32 length (big-endian), payload. First `open` (JSON), answered by `opened` (JSON) or `fin`; then `data`;
// last a `fin` (JSON) from each side. An end without fin is a lost link, never an end of file (docs/link.md).

import { z } from 'zod'
import { type ErrorBody, SkeinError } from './errors.ts'

export const UPGRADE_PROTOCOL = 'skein-link/1'
export const LINK_PATH = '/link'
/** Which of a link's up to three connections this is. Control is dialled first; the peer asks for the others. */
export const lanes = ['control', 'live', 'bulk'] as const
export type Lane = (typeof lanes)[number]

/** TLS 1.3 suites with SHA-256 only: Node binds an external PSK to that hash. */
export const LINK_CIPHERS = 'TLS_AES_128_GCM_SHA256'
/** OpenSSL's limit on a PSK identity, bytes. */
export const MAX_IDENTITY_BYTES = 256
/**
 * A stream's receive window, bytes. A stream carries half of it each round trip (measured): at 30 ms Node's default
 * carries 1 MB/s, 1 MB carries 16, this 30.
 */
export const STREAM_WINDOW_BYTES = 2 * 1024 * 1024
export const SESSION_WINDOW_BYTES = 16 * 1024 * 1024
/** Listen streams of one agent: each is a socket in the space, which programs there may dial as often as they like. */
export const MAX_LISTENS = 64
export const MAX_STREAMS_PER_LINK = 2000
export const MAX_STREAMS_PER_ACTOR = 200
/**
 * Streams of one peer's hop lane, and of one actor on it. It is shared by all spaces whose agents are linked at that
 * peer; whoever fills one space's share must not take the lane from the others.
 */
export const MAX_STREAMS_PER_HOP = 4000
export const MAX_STREAMS_PER_HOP_ACTOR = 400
export const PING_INTERVAL_MS = 1000
/** So many pings in a row may stay without answer; one more, 3 to 4 s after the last sign of life, is the link's death. */
export const MAX_MISSED_PINGS = 2
/** The largest JSON frame (open, opened, fin), bytes. */
export const MAX_CONTROL_FRAME_BYTES = 64 * 1024
/** The largest data frame, bytes; larger writes are cut. */
export const MAX_DATA_FRAME_BYTES = 1024 * 1024

export const FrameType = { open: 1, opened: 2, data: 3, fin: 4 } as const
export type FrameType = (typeof FrameType)[keyof typeof FrameType]

/** Who acts, for audit and fair shares. Policy was checked where the person came in. */
export const actorSchema = z.object({
  kind: z.enum(['user', 'peer', 'agent', 'system']),
  id: z.string().max(64),
  name: z.string().max(64),
})
export type Actor = z.infer<typeof actorSchema>

const name = z.string().min(1).max(64)
const size = { cols: z.number().int().min(2).max(1000), rows: z.number().int().min(1).max(500) }
const environment = z.record(z.string().max(256), z.string().max(32_768)).optional()

/** What a stream is for. */
export const streamOpenSchema = z.discriminatedUnion('kind', [
  /** Numbered bytes of one named terminal (numbered/frames.ts); made when it does not exist. Lane live. */
  z.object({
    kind: z.literal('terminal'),
    terminal: name,
    ...size,
    command: z.array(z.string()).max(256).optional(),
    /** Looks on: makes none, types nothing, and its window gives no size. */
    watch: z.literal(true).optional(),
  }),
  /** One program. Data to the agent is its stdin; data back are the pieces of exec.ts (both outputs). */
  z.object({
    kind: z.literal('exec'),
    command: z.array(z.string().max(131_072)).min(1).max(1024),
    cwd: z.string().max(4096).optional(),
    env: environment,
  }),
  z.object({
    kind: z.literal('tcp'),
    host: z.string().max(255).optional(),
    port: z.number().int().min(1).max(65_535),
  }),
  /** Many connections to one port of the space in one stream (link/trunk/). */
  z.object({ kind: z.literal('ports'), port: z.number().int().min(1).max(65_535) }),
  z.object({ kind: z.literal('unix'), path: z.string().min(1).max(107) }),
  /**
   * Files. `list` and `stat` answer JSON in `opened`; `read` and `tar` send bytes; `write` and `untar` take bytes; `entries` sends
   * lines of JSON; what `write`, `untar` and `remove` came to is JSON too, sent before the fin. In paths and names U+EF80 to U+EFFF
   * stand for the bytes 80 to FF where a name is not UTF-8 (agent/files/name.ts).
   */
  z.object({
    kind: z.literal('files'),
    op: z.enum([
      'list',
      'stat',
      'read',
      'write',
      'mkdir',
      'remove',
      'rename',
      'tar',
      'untar',
      'entries',
    ]),
    path: z.string().min(1).max(4096),
    to: z.string().max(4096).optional(),
    offset: z.number().int().min(0).optional(),
    mode: z.number().int().min(0).max(0o7777).optional(),
    /** `read`: at most so many bytes. */
    length: z.number().int().min(0).optional(),
    /** `entries`: at most so many. `remove`: refused when there is more below the path. */
    limit: z.number().int().min(1).optional(),
    /** `tar`: of the folder these only. */
    names: z.array(z.string().min(1).max(1024)).max(1000).optional(),
    /** `stat`: of what a link leads to. */
    follow: z.boolean().optional(),
    /** `read`, `write`: only while the file is this version of it, as `stat` tells it. */
    ifVersion: z.string().max(64).optional(),
    /** `write`, `mkdir`, `rename`: only where nothing is yet. */
    ifAbsent: z.boolean().optional(),
    /** `write`: the folders above are made. */
    parents: z.boolean().optional(),
    /** `write` of one piece, at `offset`, of a file that is put in its place by the piece that is `final`. */
    upload: z
      .string()
      .regex(/^[\w-]{8,64}$/)
      .optional(),
    final: z.boolean().optional(),
  }),
  /** Short questions with a JSON answer in `opened`. Lane control. */
  z.object({
    kind: z.literal('ask'),
    question: z.enum([
      'terminals',
      'close-terminal',
      'ports',
      'stats',
      'services',
      'startup-log',
      'restart-service',
      'ssh-host-key',
      /** Where the peers are, in `addresses`. */
      'hello',
      /** The peer is about to end: link to another one first. */
      'leave',
    ]),
    name: z.string().max(64).optional(),
    addresses: z.array(z.string().max(512)).max(64).optional(),
  }),
  /** Opened by the peer on each new link and kept open: lines of JSON from the agent (report.ts). Lane control. */
  z.object({ kind: z.literal('report') }),
  /** A login shell, or one command line given to it, as SSH asks for them. Pieces of session.ts both ways. */
  z.object({
    kind: z.literal('session'),
    command: z.string().max(131_072).optional(),
    env: environment,
    pty: z.object({ term: z.string().max(64), ...size }).optional(),
  }),
  /** Packets of the SSH file transfer protocol, version 3, both ways. */
  z.object({ kind: z.literal('sftp') }),
  /**
   * Listens inside the space until this stream ends: on a TCP port (any, where it is 0), a unix socket, or a fresh socket of its
   * own. `opened` is `Listening`; each connection is a line of JSON, `Arrival`, to be fetched by `accepted`.
   */
  z.object({
    kind: z.literal('listen'),
    on: z.discriminatedUnion('type', [
      z.object({
        type: z.literal('tcp'),
        host: z.string().max(255),
        port: z.number().int().min(0).max(65_535),
      }),
      z.object({ type: z.literal('unix'), path: z.string().min(1).max(107) }),
      z.object({ type: z.literal('private') }),
    ]),
  }),
  /** The bytes of one connection that a `listen` stream told of. */
  z.object({ kind: z.literal('accepted'), id: z.string().min(1).max(64) }),
  /** Numbered bytes of something that outlives the connection to it: what is resumed is named in their attach frame. */
  z.object({
    kind: z.literal('resumable'),
    to: z.discriminatedUnion('type', [
      z.object({ type: z.literal('ssh') }),
      z.object({
        type: z.literal('tcp'),
        host: z.string().max(255).optional(),
        port: z.number().int().min(1).max(65_535),
      }),
      /** Each datagram: u16 length (big-endian), bytes. */
      z.object({ type: z.literal('udp'), port: z.number().int().min(1).max(65_535) }),
    ]),
  }),
  /** For tests of the link itself: every byte comes back. */
  z.object({ kind: z.literal('echo') }),
])
export type StreamOpen = z.infer<typeof streamOpenSchema>
export type StreamKind = StreamOpen['kind']

/** What `listen` answers: the port that was asked for or chosen, or the socket's path. */
export const listeningSchema = z.object({
  port: z.number().int().min(1).max(65_535).optional(),
  path: z.string().max(107).optional(),
})
export type Listening = z.infer<typeof listeningSchema>

/** A connection that waits inside the agent for its `accepted` stream. */
export const arrivalSchema = z.object({
  id: z.string().min(1).max(64),
  from: z
    .object({ host: z.string().max(255), port: z.number().int().min(0).max(65_535) })
    .optional(),
})
export type Arrival = z.infer<typeof arrivalSchema>

/** The open frame: what, by whom, on whose request. */
export const openFrameSchema = z.object({
  open: z.object({ kind: z.string().max(32) }).loose(),
  actor: actorSchema,
  requestId: z.string().max(64),
})

/** The open frame of a stream that takes a hop. The kind becomes part of a path. */
export const hopFrameSchema = openFrameSchema.extend({
  space: z.uuid(),
  open: z.object({ kind: z.string().regex(/^[\w-]{1,32}$/) }).loose(),
})
export type HopFrame = z.infer<typeof hopFrameSchema>

/** How a stream ended, from the side that sends it. `status` is an exit status where there is a program. */
export interface Fin {
  readonly ok: boolean
  readonly status?: number
  readonly signal?: string
  readonly error?: ErrorBody
}

const finSchema = z.object({
  ok: z.boolean(),
  status: z.number().int().optional(),
  signal: z.string().max(32).optional(),
  error: z
    .object({
      code: z.string().max(64),
      message: z.string().max(4096),
      hint: z.string().max(4096),
      details: z.record(z.string(), z.union([z.string(), z.number()])),
    })
    .optional(),
})

/** A fin as it came. Its error is made anew from our own table. Throws `frame_invalid`. */
export function parseFin(value: unknown): Fin {
  const parsed = finSchema.safeParse(value)
  if (!parsed.success) throw new SkeinError('frame_invalid', { reason: 'fin' })
  const { error, ...fin } = parsed.data
  return error ? { ...fin, error: SkeinError.fromBody(error as ErrorBody).body } : fin
}

const laneOf: Record<StreamKind, Lane> = {
  terminal: 'live',
  exec: 'bulk',
  tcp: 'bulk',
  ports: 'bulk',
  unix: 'bulk',
  files: 'bulk',
  session: 'bulk',
  sftp: 'bulk',
  listen: 'control',
  accepted: 'bulk',
  resumable: 'bulk',
  ask: 'control',
  report: 'control',
  echo: 'bulk',
}

/**
 * Which connection carries a stream: nobody's keystrokes share one with bulk data, which on a slow line delays them by
 * half a second. A session with a terminal is typed into; one without is git, rsync or an editor's server. `resumable` of
 * ssh carries keystrokes and files under one encryption, and nobody can tell which: on `live` one person's rsync would
 * delay every terminal of the space, on `bulk` it delays those alone who came that way and chose to copy.
 */
export const laneFor = (open: StreamOpen): Lane =>
  // A kind that this version does not know is for the agent to refuse.
  open.kind === 'session' && open.pty ? 'live' : (laneOf[open.kind] ?? 'bulk')

/** The path on which a peer asks, on the control connection, for another lane. */
export const laneRequestPath = (lane: Lane): string => `/v1/lane/${lane}`

export interface LinkIdentity {
  readonly spaceId: string
  readonly epoch: number
  readonly lane: Lane
  /** Random per link, so that the lanes of one dial are told from those of the next. */
  readonly run: string
}

/** The PSK identity. It is in the clear, and bound to the key by the handshake: nobody can change the lane on the way. */
export const formatIdentity = ({ spaceId, epoch, lane, run }: LinkIdentity): string =>
  `space:${spaceId}:${epoch}:${lane}:${run}`

const IDENTITY = /^space:([0-9a-f-]{36}):(\d{1,15}):(control|live|bulk):([\w-]{1,64})$/

/** Undefined for what no agent sends. */
export function parseIdentity(text: string): LinkIdentity | undefined {
  const [, spaceId, epoch, lane, run] = IDENTITY.exec(text) ?? []
  if (!spaceId || !epoch || !lane || !run) return undefined
  return { spaceId, epoch: Number(epoch), lane: lane as Lane, run }
}

/**
 * The lanes on which one peer asks another for streams to the agents that are linked there. On these alone the dialling
 * side is HTTP/2's client, so that each of two peers opens streams on the connections that it dialled itself.
 */
export const hopLanes = ['hop-live', 'hop-bulk'] as const
export type HopLane = (typeof hopLanes)[number]

/** One of a peer's own connections to another: each lane is one, so that membership's word travels with nobody's data. */
export interface PeerIdentity {
  readonly peerId: string
  /** Which of the cluster's keys made it. */
  readonly keyTag: number
  /** `control` is membership's alone, `live` carries what is only true now, `bulk` records. */
  readonly lane: Lane | HopLane
  /** Random per process. */
  readonly run: string
}

export const formatPeerIdentity = ({ peerId, keyTag, lane, run }: PeerIdentity): string =>
  `peer:${peerId}:${keyTag}:${lane}:${run}`

const PEER_IDENTITY =
  /^peer:([0-9a-f-]{36}):(\d{1,3}):(control|live|bulk|hop-live|hop-bulk):([\w-]{1,64})$/

/** Undefined for what no peer sends. */
export function parsePeerIdentity(text: string): PeerIdentity | undefined {
  const [, peerId, keyTag, lane, run] = PEER_IDENTITY.exec(text) ?? []
  if (!peerId || !keyTag || !lane || !run) return undefined
  return { peerId, keyTag: Number(keyTag), lane: lane as Lane | HopLane, run }
}

export const isHopLane = (lane: string): lane is HopLane => lane.startsWith('hop-')

/** Questions and listeners are few and small, and travel with the keystrokes. */
export const hopLaneFor = (open: StreamOpen): HopLane =>
  laneFor(open) === 'bulk' ? 'hop-bulk' : 'hop-live'

/** The path of each stream on a hop lane. */
export const HOP_PATH = '/v1/hop'

/** What the accepting peer opens on a lane, once: messages behind their length, both ways. */
export const peerPath = (lane: Lane): string => peerPaths[lane]
const peerPaths = {
  control: '/v1/membership',
  live: '/v1/live',
  bulk: '/v1/records',
} as const satisfies Record<Lane, string>
