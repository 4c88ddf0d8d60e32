// The packed agent on an engine: one volume per version, filled once and mounted read-only into every main
// container. A never-started container is both the way in for the files and the proof that they are complete: it is
// created as `…-filling`, whose name only one peer can take, and renamed to `…-filled` when the last byte is there.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SkeinError } from '#protocol/errors.ts'
import type { Clock } from '../../clock.ts'
import type { Owner } from '../owner.ts'
import { listFiles, type PackedFile, packFolder } from './archives.ts'
import { refusedStatus } from './client.ts'
import { AGENT_FOLDER } from './container-spec.ts'
import { EMPTY_IMAGE, ensureEmptyImage } from './empty-image.ts'
import type { Engine } from './engine.ts'
import { agentVolumeName, labels } from './names.ts'

/** A filling container of a peer that died is taken over after this; a live one needs a few seconds. */
const ABANDONED_AFTER_MS = 30_000
const POLL_MS = 250
/** How long what another cluster filled and nothing mounts is kept. */
const OTHERS_KEPT_MS = 24 * 60 * 60 * 1000
/** How long another peer's filling is waited for. */
const FILL_DEADLINE_MS = 300_000
/** Files up to this are part of the version by content, larger ones (Node itself) by size. */
const MAX_DIGEST_FILE_BYTES = 8 * 1024 * 1024

export interface AgentFolder {
  readonly path: string
  /** Of the package and of its content, so that a rebuilt agent never meets an old volume. */
  readonly version: string
  readonly files: readonly PackedFile[]
}

/** Reads the folder that `scripts/pack-agent.js` makes. */
export async function readAgentFolder(path: string): Promise<AgentFolder> {
  const files = await listFiles(path)
  const digest = createHash('sha256')
  for (const file of files) {
    digest.update(`${file.path}\0${file.sizeBytes}\0${file.mode}\0${file.link ?? ''}\0`)
    if (file.link === undefined && file.sizeBytes <= MAX_DIGEST_FILE_BYTES) {
      digest.update(await readFile(join(path, file.path)))
    }
  }
  const packaged = (await readFile(join(path, 'VERSION'), 'utf8')).trim()
  return { path, files, version: `${packaged}-${digest.digest('hex').slice(0, 8)}` }
}

export class AgentVolume {
  readonly #engine: Engine
  readonly #clock: Clock
  readonly #folder: AgentFolder
  readonly #cluster: string
  #filling: Promise<void> | undefined

  constructor(options: { engine: Engine; clock: Clock; folder: AgentFolder; cluster: string }) {
    this.#engine = options.engine
    this.#clock = options.clock
    this.#folder = options.folder
    this.#cluster = options.cluster
  }

  get version(): string {
    return this.#folder.version
  }

  /**
   * Resolves when the volume is complete. Looked at anew for every start: someone may have removed it, and Docker
   * would make an empty one in its place without a word.
   */
  ensure(owner: Owner): Promise<void> {
    this.#filling ??= this.#fill(owner).finally(() => {
      this.#filling = undefined
    })
    return this.#filling
  }

  /**
   * Removes versions that no container mounts: 130 MB for every upgrade. A space that runs keeps its agent until it
   * restarts. What another cluster filled goes after a day, since clusters that are gone clean nothing up; one that
   * lives fills it again.
   */
  async removeOld(owner: Owner): Promise<void> {
    for (const filler of await this.#engine.listContainers(owner, fillers)) {
      const [, version, state] = /^skein-agent-(.+)-(filled|filling)$/.exec(filler.name) ?? []
      if (version === undefined || version === this.version) continue
      const isOurs = filler.labels[labels.cluster] === this.#cluster
      const leastAgeMs = isOurs ? (state === 'filled' ? 0 : FILL_DEADLINE_MS) : OTHERS_KEPT_MS
      if ((await this.#ageMs(owner, filler.id)) < leastAgeMs) continue
      const users = await this.#engine.listContainers(owner, { [labels.agent]: version })
      if (users.length === 0) await this.#remove(owner, filler.id, agentVolumeName(version))
    }
  }

  async #ageMs(owner: Owner, id: string): Promise<number> {
    const container = await this.#engine.inspectContainer(owner, id)
    return this.#clock.nowMs() - (container?.createdAtMs ?? this.#clock.nowMs())
  }

  async #remove(owner: Owner, fillerId: string, volume: string): Promise<void> {
    await this.#engine.removeContainer(owner, fillerId)
    try {
      await this.#engine.removeVolume(owner, volume)
    } catch (caught) {
      // A container that mounts it came in between: without its filler it is filled anew at the next start.
      if (refusedStatus(caught) !== 409) throw caught
    }
  }

  async #fill(owner: Owner): Promise<void> {
    const deadlineMs = this.#clock.monotonicMs() + FILL_DEADLINE_MS
    const volume = agentVolumeName(this.version)
    while (this.#clock.monotonicMs() < deadlineMs) {
      if ((await this.#engine.inspectContainer(owner, `${volume}-filled`)) !== undefined) return
      const id = await this.#claim(owner, volume)
      if (id !== undefined) return this.#unpack(owner, id, volume)
      await this.#removeAbandoned(owner, `${volume}-filling`)
      await this.#clock.delay(POLL_MS, owner.signal)
    }
    throw new SkeinError('timeout', {
      thing: 'Filling the agent’s volume',
      seconds: FILL_DEADLINE_MS / 1000,
    })
  }

  /** Creates the filling container, or answers undefined when another peer has it. */
  async #claim(owner: Owner, volume: string): Promise<string | undefined> {
    await ensureEmptyImage(this.#engine, owner)
    try {
      return await this.#engine.createContainer(owner, `${volume}-filling`, {
        Image: EMPTY_IMAGE,
        Entrypoint: ['/never-started'],
        Env: [],
        Labels: fillerLabels(this.#cluster),
        HostConfig: {
          NetworkMode: 'none',
          Mounts: [{ Type: 'volume', Source: volume, Target: AGENT_FOLDER, ReadOnly: false }],
        },
      })
    } catch (caught) {
      if (refusedStatus(caught) === 409) return undefined
      throw caught
    }
  }

  async #unpack(owner: Owner, id: string, volume: string): Promise<void> {
    try {
      const archive = packFolder(this.#folder.path, this.#folder.files)
      await this.#engine.putArchive(owner, id, AGENT_FOLDER, archive)
      await this.#engine.renameContainer(owner, id, `${volume}-filled`)
    } catch (caught) {
      // Otherwise the next try would wait until ours counts as abandoned. An engine that is away keeps it.
      await this.#engine.removeContainer(owner, id).catch(() => undefined)
      throw caught
    }
  }

  async #removeAbandoned(owner: Owner, name: string): Promise<void> {
    const filling = await this.#engine.inspectContainer(owner, name)
    if (filling === undefined) return
    if (this.#clock.nowMs() - filling.createdAtMs < ABANDONED_AFTER_MS) return
    await this.#engine.removeContainer(owner, filling.id)
  }
}

const fillers = { [labels.service]: 'agent-volume' } as const

const fillerLabels = (cluster: string): Record<string, string> => ({
  [labels.cluster]: cluster,
  ...fillers,
})
