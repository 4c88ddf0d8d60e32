// The composition root: every part of a peer is made here once, in the order of what needs what, and ended in the
// reverse.

import { SkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import { LINK_PATH } from '#protocol/link.ts'
import { environmentOfApps } from '../apps/domain.ts'
import type { AuditKeeper } from '../audit/keeper.ts'
import { systemClock as clock, systemRandom as random } from '../clock.ts'
import { Cluster } from '../cluster/cluster.ts'
import { parseJoinToken } from '../cluster/join-token.ts'
import { LiveSharing } from '../cluster/live/sharing.ts'
import { Observer } from '../cluster/observer.ts'
import { publishedUrl } from '../cluster/published.ts'
import type { RecordsSharing } from '../cluster/records/sharing.ts'
import type { Config } from '../config/settings.ts'
import { type Door, openDoor } from '../gateway/door.ts'
import { isUpload } from '../http/files.ts'
import { createHttp, dispatchUpgrade, type Http, requestListener } from '../http/http.ts'
import { type HostKey, loadHostKey } from '../identity/host-key.ts'
import { createIdentity, type Identity } from '../identity/identity.ts'
import { loadClusterSecret } from '../identity/keys.ts'
import { ensureSetting, freshId } from '../identity/settings.ts'
import { Links } from '../links/links.ts'
import { createLive, type LiveTable } from '../live/table.ts'
import type { Log } from '../log.ts'
import { ownFile } from '../program-folder.ts'
import { openRecords, type ReplicatedRecords } from '../records/open.ts'
import type { Dot } from '../records/records.ts'
import { createHosts } from '../spaces/hosts.ts'
import { type AgentFolder, readAgentFolder } from '../spaces/runtime/agent-volume.ts'
import { createSpaces, type Spaces } from '../spaces/spaces.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { gatewaySocketPath } from '../supervisor/child-state.ts'
import { createTemplates } from '../templates/templates.ts'
import { openTls, type Tls } from '../tls/tls.ts'
import { addressesFor, keepTold } from './agents.ts'
import { answer } from './answers.ts'
import { Chronicle } from './chronicle.ts'
import { openControl } from './control.ts'
import { directSource } from './direct.ts'
import { httpConfig, sshConfig } from './door-config.ts'
import { AGENTS_LEAVE_MS } from './duty/everybody.ts'
import { takeUpDuty } from './duty/take-up.ts'
import { openEngines } from './engines.ts'

import {
  actorOf,
  CLUSTER_SETTING,
  joinRecords,
  MEMBERSHIP_SETTING,
  shareRecords,
} from './joining.ts'
import { keepAudit } from './keep-audit.ts'
import { type LinkSockets, linkSockets } from './link-folder.ts'
import { type Listeners, openListeners, type Upgrade } from './listeners.ts'
import { loadPeerId } from './peer-id.ts'
import { noteChange, Place, tellWhere } from './place.ts'
import { missing, storeAway } from './store-away.ts'
import { serveVolume } from './volume-door.ts'
import { browserUrl } from './welcome.ts'

const WEB_FOLDER = ownFile('dist/web')
const CLI_FOLDER = ownFile('dist/cli')
const AGENT_FOLDER = ownFile('dist/agent')

export interface Peer {
  /** What a browser opens. */
  readonly url: string
  /** The label's value on everything that this peer makes on its engine. */
  readonly cluster: string
  /** SHA-256 of the own authority's certificate, with `--tls self`. */
  readonly fingerprint: string | undefined
  /** The one-time token of the first run; absent once somebody has set Skein up. */
  readonly setupToken: string | undefined
  /** Drains: browsers are told to go elsewhere, requests in flight are answered; then ends. Containers go on. */
  close(): Promise<void>
}

/** What everything else stands on. */
interface Foundation {
  readonly config: Config
  readonly log: Log
  readonly store: Store
  readonly records: ReplicatedRecords
  readonly audit: AuditKeeper
  readonly live: LiveTable
  readonly identity: Identity
  readonly cluster: string
  readonly sockets: LinkSockets
  readonly sharing: RecordsSharing
  readonly ending: AsyncDisposableStack
}

/**
 * Resolves when the peer listens; it looks at its engine meanwhile, and /readyz says when it has. Rejects with
 * `port_in_use`, `config_invalid`, `not_built`, and with the codes of the store's opening.
 */
export async function startPeer(config: Config, log: Log): Promise<Peer> {
  await using ending = new AsyncDisposableStack()
  const agentFolder = await readBuiltAgent()
  const tls = await openTls({ config, clock, random, log })
  if (tls !== undefined) ending.defer(() => tls.close())
  const base = await lay(config, log, ending)
  const { identity, cluster } = base
  let port = config.listen.port
  const place = new Place(base.records, base.live)
  place.records = base.sharing
  const { links, spaces, templates } = await raise(base, agentFolder, () => port, place)
  let isLooking = true
  const hostKey = await loadHostKey(base.records, { clock, random })
  const http = await createHttp({
    ...base,
    streams: links.streams,
    spaces,
    templates,
    peers: place,
    clock,
    random,
    config: {
      ...httpConfig(config, loadPeerId(config.data, { clock, random }), tls),
      ...sshConfig(config, hostKey),
    },
    webFolder: WEB_FOLDER,
    cliFolder: CLI_FOLDER,
    unready: () => [...(isLooking ? ['looking at its engine'] : []), ...missing(base.store)],
    storeAway: () => storeAway(base.store),
    watched: (spaces) => place.sharing?.want(spaces),
    ...directSource(config, links, spaces),
  })
  ending.defer(() => http.close())
  const listeners = await open(base, http, links, tls)
  ending.defer(() => drain(http, listeners, config.drainSeconds))
  port = Number(new URL(listeners.url).port)
  const url = browserUrl(config, listeners.url)
  const published = publishedUrl(config, listeners.url, url)
  place.cluster = await joinPeers(base, port, published, place, links)
  tellWhere(base, published, port, tls?.authority?.pem)
  keepTold(base, links)
  ending.defer(() => place.cluster?.close())
  place.sharing = shareLive(base, place.cluster)
  shareRecords(base, base.sharing, place.cluster)
  observe(base, place)
  ending.defer(() => place.sharing?.close())
  const door = await openGatewayDoor(base, { links, spaces, hostKey, url })
  ending.defer(() => door.close(config.drainSeconds * 1000))
  const looked = look(spaces, log).finally(() => {
    isLooking = false
  })
  ending.defer(() => looked)
  const duty = takeUpDuty(base, place, { http, links, ready: looked })
  ending.defer(() => duty.close())
  const control = await openControl(
    config.data,
    (question) => answer({ ...base, place }, question),
    (incoming, response) =>
      serveVolume({ spaces, records: base.records, clock, log }, incoming, response),
  )
  ending.defer(() => control.close())
  // Who joins has the others' state and shows their set-up page, for which they have given out the link.
  const setupToken = config.join === undefined ? await identity.setup.begin() : undefined
  // Before everything else ends: who is told to go elsewhere shall find the others still knowing us. Agents first, so that
  // people find them where they go.
  ending.defer(async () => {
    if (place.isAlone) return http.drain()
    http.announceDrain()
    await links.drain(AGENTS_LEAVE_MS)
    http.drain()
  })
  const closing = ending.move()
  return {
    url,
    cluster,
    fingerprint: tls?.authority?.fingerprint,
    setupToken,
    close: () => closing.disposeAsync(),
  }
}

async function readBuiltAgent(): Promise<AgentFolder> {
  try {
    return await readAgentFolder(AGENT_FOLDER)
  } catch (error) {
    throw new SkeinError('not_built', { part: 'agent' }, error)
  }
}

/** State and people. */
async function lay(config: Config, log: Log, ending: AsyncDisposableStack): Promise<Foundation> {
  const opened = await openStore({ address: config.store, folder: config.data, log })
  ending.defer(() => opened.close())
  const { store } = opened
  const self = loadPeerId(config.data, { clock, random })
  const live = createLive({ clock, peer: self })
  ending.defer(() => live.close())
  const records = await openRecords({ store, clock, random, log })
  ending.defer(() => records.close())
  const sharing = await joinRecords({ config, records, log, ending })
  const audit = await keepAudit(config, { records, store, clock, random, log })
  ending.defer(() => audit.close())
  const knows = (birth: Dot) => records.replica.has(birth)
  const told = { live, self, knows }
  const identity = await createIdentity({ records, clock, random, folder: config.data, ...told })
  const stop = new AbortController()
  const followed = identity.sessions
    .followGuesses(stop.signal)
    .catch((err: unknown) => log.warn({ err }, 'attempts at other peers are not counted here'))
  ending.defer(async () => {
    stop.abort()
    await followed
  })
  const makers = { clock, random }
  const cluster = String(
    await ensureSetting(records, CLUSTER_SETTING, () => freshId(makers), makers),
  )
  const sockets = linkSockets(config, cluster, loadPeerId(config.data, makers))
  const state = { store, records, audit, live, identity, cluster, sharing }
  return { config, log, sockets, ...state, ending }
}

/** Links, and the spaces behind them. `port` is asked when a space starts: by then we listen. */
async function raise(base: Foundation, agentFolder: AgentFolder, port: () => number, place: Place) {
  const { config, log, records, live, cluster, ending } = base
  const agentKey = keyOfCurrentStart(base)
  const agents = { config, records, self: loadPeerId(config.data, { clock, random }), port }
  const addresses = (route: string) => addressesFor(agents, route)
  const links = new Links({ agentKey, addresses, live, clock, log, peers: place, ways: place })
  ending.defer(() => links.close())
  const engines = openEngines(config, port, { sockets: base.sockets, agents })
  for (const { engine } of engines) ending.defer(() => engine.close())
  const hosts = createHosts()
  ending.defer(() => hosts.close())
  const templates = createTemplates({ records, clock, random })
  const parts = { records, live, links, engines, hosts, templates, clock, random, log, cluster }
  const spaces = createSpaces({
    ...parts,
    agentFolder,
    self: { id: agents.self, name: config.name },
    isOwn: ({ origin }) => records.replica.wrote(origin),
    ...(config.appsDomain !== undefined && { common: environmentOfApps(config.appsDomain) }),
    subnets: config.spacesSubnets,
    spacesPerUser: config.spacesPerUser,
    ...(config.publicUrl !== undefined && { publicUrl: config.publicUrl }),
    values: base.identity.variables,
    loginFor: (image) => base.identity.registries.loginFor(image),
    agentKey: async (start) => base.identity.agentKey(start.spaceId as SpaceId, start.epoch),
    hostKeySeed: (spaceId) => base.identity.hostKeySeed(spaceId as SpaceId),
  })
  ending.defer(() => spaces.close())
  return { links, spaces, templates }
}

/** Finds the others, or waits for them. */
async function joinPeers(
  base: Foundation,
  port: number,
  url: string,
  place: Place,
  links: Links,
): Promise<Cluster> {
  const { config, log, records, live } = base
  const makers = { clock, random }
  const id = loadPeerId(config.data, makers)
  const named = config.join === undefined ? freshId(makers) : parseJoinToken(config.join).cluster
  const cluster = String(await ensureSetting(records, MEMBERSHIP_SETTING, () => named, makers))
  const secret = await loadClusterSecret(config.data, random)
  const standing = () => ({
    origin: records.replica.origin,
    ...(records.replica.isShared && { isShared: true as const }),
    ...(base.sharing.isRolledBack && { isRolledBack: true as const }),
    ...(base.store.away() && { isStoreAway: true as const }),
  })
  const parts = { config, id, cluster, secret, port, url, records, standing, clock, random, log }
  return await Cluster.open({
    ...parts,
    onChange: (change) => {
      noteChange({ records, live, log }, actorOf(config), change)
      place.observer?.look()
      place.sharing?.changed(change.id, change.is)
      if (change.is !== 'alive' && change.is !== 'suspect') links.forget(change.id)
    },
  })
}

/** What happens to peers is told on the cluster page. */
function observe({ config, records, log, ending }: Foundation, place: Place): void {
  const chronicle = new Chronicle(records, clock, log)
  place.chronicle = chronicle
  ending.defer(() => chronicle.close())
  const actor = actorOf(config)
  const observer = new Observer({ peers: () => place.facts(), records, actor, clock, log })
  place.observer = observer
  ending.defer(() => observer.close())
}

/** What is true here is told to the others, and the other way round. */
function shareLive({ config, live, log }: Foundation, cluster: Cluster): LiveSharing {
  return new LiveSharing({
    live,
    self: loadPeerId(config.data, { clock, random }),
    runOf: (peer) => cluster.membership.peers.find(({ id }) => id === peer)?.contact.run,
    openMesh: (wish) => cluster.openMesh(wish),
    clock,
    log,
  })
}

/** An agent of an earlier start may still run somewhere; its key no longer opens anything. */
function keyOfCurrentStart({ records, identity }: Foundation) {
  return ({ spaceId, epoch }: { spaceId: SpaceId; epoch: number }): Buffer | undefined => {
    const current = records.get('space', spaceId)?.groups.runtime?.epoch
    return current === epoch ? identity.agentKey(spaceId, epoch) : undefined
  }
}

interface BehindDoor {
  readonly links: Links
  readonly spaces: Spaces
  readonly hostKey: HostKey
  readonly url: string
}

function openGatewayDoor(
  { config, log, records, live, identity }: Foundation,
  { links, spaces, hostKey, url }: BehindDoor,
): Promise<Door> {
  const { keys, sessions } = identity
  return openDoor({
    ...{ records, live, spaces, keys, sessions, clock, log },
    streams: links.streams,
    hostKeys: [hostKey],
    url,
    newRequestId: () => freshId({ clock, random }),
    socketPath: gatewaySocketPath(config.data),
  })
}

function open(
  { config, log, sockets }: Foundation,
  http: Http,
  links: Links,
  tls: Tls | undefined,
): Promise<Listeners> {
  const toLinks: Upgrade = (request, socket, head) => links.handleUpgrade(request, socket, head)
  return openListeners({
    listen: config.listen,
    socketPaths: sockets.paths,
    request: requestListener(http, { log }),
    isUpload: (request) => http.apps.claims(request) || isUpload(request),
    isForApp: (request) => http.apps.claims(request),
    upgrade: dispatchUpgrade({ links: toLinks, http }),
    linkUpgrade: (request, socket, head) => {
      if (request.url?.split('?')[0] === LINK_PATH) toLinks(request, socket, head)
      else socket.destroy()
    },
    ...(tls && { secured: { tls, ...plainDoor(http, toLinks) } }),
  })
}

/** What plain HTTP gets where the port speaks HTTPS. */
function plainDoor({ plain }: Http, toLinks: Upgrade) {
  const plainUpgrade: Upgrade = (request, socket, head) => {
    if (request.url?.split('?')[0] === LINK_PATH) toLinks(request, socket, head)
    else plain.refuseUpgrade(request, socket)
  }
  return { plainRequest: plain.request, plainUpgrade }
}

async function drain(http: Http, listeners: Listeners, seconds: number): Promise<void> {
  http.drain()
  await listeners.close(seconds * 1000)
}

/** Takes over what runs on the engine. Without an engine the peer serves all the same, and says so. */
async function look(spaces: Spaces, log: Log): Promise<void> {
  try {
    await spaces.start()
  } catch (err) {
    log.error({ err }, 'spaces could not be looked at')
  }
}
