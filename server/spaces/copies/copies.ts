// A space's volumes out and in, as archives, through the engine alone. Nothing runs in the space for it; what passes is
// watched on this side, since the archive may come from anybody.

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import type { Records } from '../../records/records.ts'
import type { Templates } from '../../templates/templates.ts'
import type { Owner } from '../owner.ts'
import type { Engine } from '../runtime/engine.ts'
import { volumeName } from '../runtime/names.ts'
import { ensureVolumes } from '../volumes.ts'
import { CARRIED, withCarrier } from './carrier.ts'
import { chooseVolume } from './home-volume.ts'
import { Inventory } from './inventory.ts'
import { ARCHIVE_END } from './tar-block.ts'
import { TarWatch, type Totals } from './tar-watch.ts'

/** A volume is as large as a disk: 6 h are 200 GB at 10 MB/s. */
const COPY_TIMEOUT_MS = 6 * 60 * 60 * 1000

/** What is done on a host. */
export type OnHost<T> = (owner: Owner, engine: Engine) => Promise<T>

export interface CopiesOptions {
  readonly records: Records
  readonly templates: Pick<Templates, 'parsed'>
  readonly cluster: string
  /** Runs as the owner of the space's host, on its engine. Rejects with `unavailable` where that is another peer's. */
  readonly act: <T>(id: SpaceId, work: OnHost<T>) => Promise<T>
  /** The same while nothing starts or stops the space. */
  readonly hold: <T>(id: SpaceId, work: OnHost<T>) => Promise<T>
}

export class VolumeCopies {
  readonly #options: CopiesOptions

  constructor(options: CopiesOptions) {
    this.#options = options
  }

  /** Rejects with `not_found` and `volume_missing`. */
  volumeOf(id: SpaceId, wanted?: string): string {
    const { records, templates } = this.#options
    const row = records.get('space', id)
    if (row === undefined) throw new SkeinError('not_found', { thing: 'space' })
    const versionId = row.groups.runtime?.versionId ?? row.groups.spec?.versionId
    const parsed = versionId === undefined ? undefined : templates.parsed(versionId)
    return chooseVolume(parsed?.template, wanted)
  }

  /**
   * Gives the archive's bytes without its end to `write`, which resolves when there is room for more. A space that runs
   * is copied as it runs. Rejects with `volume_missing` when it never ran, `archive_refused`, and the engine's codes.
   */
  export(id: SpaceId, volume: string, write: (bytes: Buffer) => Promise<void>): Promise<Totals> {
    const { cluster } = this.#options
    const name = volumeName(id, volume)
    return this.#options.act(id, async (owner, engine) => {
      await assertMade(owner, engine, name, volume)
      const watch = new TarWatch()
      await withCarrier({ engine, owner, cluster, volume: name }, (carrier) =>
        read({ owner, engine, carrier }, watch, write),
      )
      return watch.finish()
    })
  }

  /**
   * Unpacks an archive into the volume, over what is there, and reads it back. Rejects with `volume_in_use` unless the
   * space is stopped, with `archive_refused`, `volume_unverified`, and the engine's codes.
   */
  import(id: SpaceId, volume: string, archive: AsyncIterable<Buffer>): Promise<Totals> {
    const { cluster } = this.#options
    const name = volumeName(id, volume)
    return this.#options.hold(id, async (owner, engine) => {
      this.#assertStopped(id)
      await ensureVolumes({ engine, cluster }, owner, id, [{ name: volume }])
      return await withCarrier({ engine, owner, cluster, volume: name }, async (carrier) => {
        const inventory = new Inventory()
        const watch = new TarWatch((entry) => inventory.add(entry))
        const bytes = Readable.from(passing(archive, watch), { objectMode: false })
        await put({ owner, engine, carrier }, bytes)
        const totals = watch.finish()
        const back = new TarWatch((entry) => inventory.check(entry))
        await read({ owner, engine, carrier }, back, () => Promise.resolve())
        inventory.finish()
        return totals
      })
    })
  }

  #assertStopped(id: SpaceId): void {
    const { desired, runtime } = this.#options.records.get('space', id)?.groups ?? {}
    const state = runtime?.state ?? 'stopped'
    const rests = state === 'stopped' || state === 'failed'
    if (desired?.state === 'stopped' && rests) return
    throw new SkeinError('volume_in_use', { state: rests ? 'about to start' : state })
  }
}

interface Carried {
  readonly owner: Owner
  readonly engine: Engine
  /** The container that mounts the volume. */
  readonly carrier: string
}

async function assertMade(
  owner: Owner,
  engine: Engine,
  name: string,
  volume: string,
): Promise<void> {
  // Docker would make an empty one in its place without a word.
  const made = await engine.listVolumes(owner, {})
  if (made.includes(name)) return
  throw new SkeinError('volume_missing', { volume, volumes: 'none yet, since it never ran' })
}

async function read(
  { owner, engine, carrier }: Carried,
  watch: TarWatch,
  write: (bytes: Buffer) => Promise<void>,
): Promise<void> {
  const stream = await engine.getArchive(owner, carrier, `${CARRIED}/.`)
  if (stream === undefined) throw new SkeinError('engine_refused', { reason: 'no such volume' })
  await pipeline(stream, async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) for (const bytes of watch.push(chunk)) await write(bytes)
  })
}

async function put({ owner, engine, carrier }: Carried, archive: Readable): Promise<void> {
  let broken: unknown
  archive.once('error', (error) => {
    broken = error
  })
  try {
    await engine.putArchive(owner, carrier, CARRIED, archive, COPY_TIMEOUT_MS)
  } catch (caught) {
    // An archive that is refused breaks the call, which then fails for that reason and no other.
    throw broken ?? caught
  } finally {
    archive.destroy()
  }
}

async function* passing(archive: AsyncIterable<Buffer>, watch: TarWatch): AsyncGenerator<Buffer> {
  for await (const chunk of archive) yield* watch.push(chunk)
  yield ARCHIVE_END
}
