// The Engine over Docker's HTTP API. Each method is one call: what it sends, how long it may take, and which
// refusals mean that the wish is fulfilled already.

import type { Readable } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import type { Owner } from '../owner.ts'
import {
  containerAnswer,
  containerListAnswer,
  createdAnswer,
  eventAnswer,
  imageAnswer,
  imageListAnswer,
  infoAnswer,
  networkListAnswer,
  pullAnswer,
  versionAnswer,
  volumeListAnswer,
} from './answers.ts'
import { chooseVersion } from './api-version.ts'
import { type Call, type EngineAddress, EngineClient, refusedStatus } from './client.ts'
import type { ContainerSpec } from './container-spec.ts'
import type {
  ContainerDetail,
  ContainerSummary,
  Engine,
  EngineEvent,
  EngineFacts,
  Image,
  NetworkSpec,
  NetworkSummary,
  PullOptions,
} from './engine.ts'
import { demultiplex, jsonLines, lastLines } from './lines.ts'
import { PullCounter } from './pull.ts'
import { loginHeaders } from './registry-login.ts'
import { parseSubnet } from './subnets.ts'

/** Reading; dockerd answers within milliseconds unless its disk is stuck. */
const READ_TIMEOUT_MS = 15_000
/** Creating and removing touches disks and iptables, which other spaces' creations hold meanwhile. */
const CHANGE_TIMEOUT_MS = 60_000
/** Unpacking the agent's 130 MB onto a slow disk. */
const ARCHIVE_TIMEOUT_MS = 300_000
/** The first line of a pull; the rest takes what it takes. */
const PULL_START_TIMEOUT_MS = 120_000

type Labels = Readonly<Record<string, string>>

export function createEngine(address: EngineAddress): Engine {
  return new DockerEngine(new EngineClient(address))
}

class DockerEngine implements Engine {
  readonly #client: EngineClient

  constructor(client: EngineClient) {
    this.#client = client
  }

  async describe(signal?: AbortSignal): Promise<EngineFacts> {
    const read = { method: 'GET', timeoutMs: READ_TIMEOUT_MS, signal } as const
    const version = versionAnswer.parse(await this.#client.json({ ...read, path: '/version' }))
    this.#client.speakVersion(chooseVersion(version.MinAPIVersion, version.ApiVersion))
    const info = infoAnswer.parse(await this.#client.json({ ...read, path: '/info' }))
    return {
      engineId: info.ID,
      name: info.Name,
      version: version.Version,
      architecture: version.Arch,
      cpus: info.NCPU,
      memoryBytes: info.MemTotal,
      liveRestore: info.LiveRestoreEnabled,
    }
  }

  async image(owner: Owner, name: string): Promise<Image | undefined> {
    const answer = await this.#read(owner, `/images/${encodeURIComponent(name)}/json`)
    if (answer === undefined) return undefined
    const { Id, Architecture, Config } = imageAnswer.parse(answer)
    return {
      id: Id,
      architecture: Architecture,
      user: Config.User,
      workingDir: Config.WorkingDir,
      environment: Object.fromEntries(Config.Env.map(splitVariable)),
      entrypoint: Config.Entrypoint,
      command: Config.Cmd,
    }
  }

  async imageNames(owner: Owner): Promise<readonly string[]> {
    const images = imageListAnswer.parse(await this.#read(owner, '/images/json'))
    return images.flatMap(({ RepoTags }) => RepoTags).filter((name) => !name.includes('<none>'))
  }

  async pull(owner: Owner, name: string, options: PullOptions): Promise<void> {
    const missing = (reason: string, cause?: unknown) =>
      new SkeinError('image_missing', { image: name, reason }, cause)
    const query = { fromImage: name, tag: /[:@][^/]*$/.test(name) ? undefined : 'latest' }
    try {
      const stream = await this.#stream(owner, {
        method: 'POST',
        path: '/images/create',
        query,
        timeoutMs: PULL_START_TIMEOUT_MS,
        headers: loginHeaders(options.login),
        signal: options.signal,
      })
      const counter = new PullCounter()
      for await (const line of jsonLines(stream)) {
        const parsed = pullAnswer.parse(line)
        if (parsed.error !== undefined) throw missing(parsed.error)
        const progress = counter.add(parsed)
        if (progress !== undefined) options.onProgress(progress)
      }
    } catch (caught) {
      options.signal?.throwIfAborted()
      if (caught instanceof SkeinError && caught.code === 'engine_refused') {
        throw missing(String(caught.details.reason), caught)
      }
      throw caught
    }
  }

  async importImage(owner: Owner, name: string, archive: Buffer): Promise<void> {
    const [repo, tag] = splitTag(name)
    const query = { fromSrc: '-', repo, tag }
    await this.#change(owner, { method: 'POST', path: '/images/create', query, archive })
  }

  async createContainer(owner: Owner, name: string, spec: ContainerSpec): Promise<string> {
    const call = {
      method: 'POST',
      path: '/containers/create',
      query: { name },
      json: spec,
    } as const
    return createdAnswer.parse(await this.#change(owner, call)).Id
  }

  async startContainer(owner: Owner, id: string): Promise<void> {
    await this.#change(owner, { method: 'POST', path: `/containers/${id}/start` })
  }

  async stopContainer(owner: Owner, id: string, graceMs: number): Promise<void> {
    await this.#change(
      owner,
      {
        method: 'POST',
        path: `/containers/${id}/stop`,
        query: { t: String(Math.ceil(graceMs / 1000)) },
        timeoutMs: CHANGE_TIMEOUT_MS + graceMs,
      },
      [404],
    )
  }

  async killContainer(owner: Owner, id: string): Promise<void> {
    await this.#change(owner, { method: 'POST', path: `/containers/${id}/kill` }, [404, 409])
  }

  async removeContainer(owner: Owner, id: string): Promise<void> {
    const query = { force: 'true', v: 'true' }
    // 409: its removal is in progress already.
    await this.#change(owner, { method: 'DELETE', path: `/containers/${id}`, query }, [404, 409])
  }

  async renameContainer(owner: Owner, id: string, name: string): Promise<void> {
    const query = { name }
    await this.#change(owner, { method: 'POST', path: `/containers/${id}/rename`, query })
  }

  async inspectContainer(owner: Owner, idOrName: string): Promise<ContainerDetail | undefined> {
    const answer = await this.#read(owner, `/containers/${encodeURIComponent(idOrName)}/json`)
    if (answer === undefined) return undefined
    const { Id, Created, Config, State, Mounts, NetworkSettings } = containerAnswer.parse(answer)
    return {
      id: Id,
      state: State.Status,
      labels: Config.Labels,
      createdAtMs: Date.parse(Created),
      exitCode: State.ExitCode,
      outOfMemory: State.OOMKilled,
      error: State.Error,
      health: State.Health?.Status || 'none',
      mounts: Mounts.map(({ Source, Destination }) => ({ source: Source, target: Destination })),
      startedAt: State.StartedAt,
      endpoints: NetworkSettings,
    }
  }

  async listContainers(owner: Owner, labels: Labels): Promise<readonly ContainerSummary[]> {
    const query = { all: 'true', filters: labelFilter(labels) }
    const answer = containerListAnswer.parse(await this.#read(owner, '/containers/json', query))
    return answer.map(({ Id, Names, State, Labels }) => ({
      id: Id,
      name: (Names[0] ?? '').replace(/^\//, ''),
      state: State,
      labels: Labels,
    }))
  }

  async logs(owner: Owner, id: string, lines: number): Promise<readonly string[]> {
    const query = { stdout: 'true', stderr: 'true', tail: String(lines) }
    const path = `/containers/${id}/logs`
    const stream = await this.#stream(owner, {
      method: 'GET',
      path,
      query,
      timeoutMs: READ_TIMEOUT_MS,
    })
    return lastLines(demultiplex(await gather(stream, MAX_LOG_BYTES)), lines)
  }

  async putArchive(
    owner: Owner,
    id: string,
    path: string,
    archive: Readable | Buffer,
    timeoutMs = ARCHIVE_TIMEOUT_MS,
  ): Promise<void> {
    await this.#change(owner, {
      method: 'PUT',
      path: `/containers/${id}/archive`,
      query: { path },
      archive,
      timeoutMs,
    })
  }

  async getArchive(owner: Owner, id: string, path: string): Promise<Readable | undefined> {
    const call = { method: 'GET', path: `/containers/${id}/archive`, query: { path } } as const
    try {
      return await this.#stream(owner, { ...call, timeoutMs: READ_TIMEOUT_MS })
    } catch (caught) {
      if (refusedStatus(caught) === 404) return undefined
      throw caught
    }
  }

  async listNetworks(owner: Owner, labels: Labels = {}): Promise<readonly NetworkSummary[]> {
    const query = { filters: labelFilter(labels) }
    const answer = networkListAnswer.parse(await this.#read(owner, '/networks', query))
    return answer.map(({ Id, Name, Labels, IPAM }) => ({
      id: Id,
      name: Name,
      labels: Labels,
      subnets: (IPAM?.Config ?? []).flatMap(({ Subnet }) => parseSubnet(Subnet) ?? []),
      subnet: IPAM?.Config?.[0]?.Subnet ?? '',
    }))
  }

  async createNetwork(owner: Owner, spec: NetworkSpec): Promise<string> {
    const json = {
      Name: spec.name,
      CheckDuplicate: true,
      Driver: 'bridge',
      IPAM: { Config: [{ Subnet: spec.subnet }] },
      Labels: spec.labels,
    }
    const answer = await this.#change(owner, { method: 'POST', path: '/networks/create', json })
    return createdAnswer.parse(answer).Id
  }

  async removeNetwork(owner: Owner, idOrName: string): Promise<void> {
    await this.#change(owner, { method: 'DELETE', path: `/networks/${idOrName}` }, [404])
  }

  async listVolumes(owner: Owner, labels: Labels): Promise<readonly string[]> {
    const query = { filters: labelFilter(labels) }
    const answer = volumeListAnswer.parse(await this.#read(owner, '/volumes', query))
    return answer.Volumes.map((volume) => volume.Name)
  }

  async createVolume(owner: Owner, name: string, labels: Labels, bytes?: number): Promise<void> {
    const limit = bytes !== undefined && { DriverOpts: { size: String(bytes) } }
    const json = { Name: name, Labels: labels, ...limit }
    await this.#change(owner, { method: 'POST', path: '/volumes/create', json })
  }

  async removeVolume(owner: Owner, name: string): Promise<void> {
    await this.#change(owner, { method: 'DELETE', path: `/volumes/${name}` }, [404])
  }

  async events(
    owner: Owner,
    labels: Labels,
    signal: AbortSignal,
  ): Promise<AsyncIterable<EngineEvent>> {
    const filters = JSON.stringify({ type: ['container'], label: labelList(labels) })
    const stream = await this.#stream(owner, {
      method: 'GET',
      path: '/events',
      query: { filters },
      timeoutMs: READ_TIMEOUT_MS,
      signal,
    })
    return readEvents(stream)
  }

  close(): void {
    this.#client.close()
  }

  async #read(owner: Owner, path: string, query?: Call['query']): Promise<unknown> {
    const call = { method: 'GET', path, query, timeoutMs: READ_TIMEOUT_MS } as const
    owner.assertValid()
    try {
      return await this.#client.json({ ...call, signal: owner.signal })
    } catch (caught) {
      if (refusedStatus(caught) === 404) return undefined
      throw caught
    }
  }

  /** `fulfilled` are the refusals that mean: it is so already. */
  async #change(
    owner: Owner,
    call: Omit<Call, 'timeoutMs'> & { timeoutMs?: number },
    fulfilled: readonly number[] = [],
  ): Promise<unknown> {
    owner.assertValid()
    try {
      return await this.#client.json({
        timeoutMs: CHANGE_TIMEOUT_MS,
        signal: owner.signal,
        ...call,
      })
    } catch (caught) {
      if (fulfilled.includes(refusedStatus(caught) ?? 0)) return undefined
      throw caught
    }
  }

  #stream(owner: Owner, call: Call): Promise<Readable> {
    owner.assertValid()
    const signals = call.signal === undefined ? [owner.signal] : [owner.signal, call.signal]
    return this.#client.stream({ ...call, signal: AbortSignal.any(signals) })
  }
}

/** A log's tail is read up to this, bytes; 50 lines of 16 KB. */
const MAX_LOG_BYTES = 1024 * 1024

async function gather(stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += (chunk as Buffer).length
    chunks.push(chunk as Buffer)
    if (bytes >= maxBytes) break
  }
  return Buffer.concat(chunks)
}

async function* readEvents(stream: Readable): AsyncGenerator<EngineEvent> {
  for await (const line of jsonLines(stream)) {
    const event = eventAnswer.safeParse(line)
    if (!event.success) continue
    const { Action, Actor } = event.data
    yield { action: Action, containerId: Actor.ID, labels: Actor.Attributes }
  }
}

const labelList = (labels: Labels): string[] =>
  Object.entries(labels).map(([key, value]) => `${key}=${value}`)

const labelFilter = (labels: Labels): string => JSON.stringify({ label: labelList(labels) })

function splitVariable(line: string): [string, string] {
  const at = line.indexOf('=')
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)]
}

function splitTag(name: string): [string, string] {
  const at = name.lastIndexOf(':')
  return at > name.lastIndexOf('/') ? [name.slice(0, at), name.slice(at + 1)] : [name, 'latest']
}
