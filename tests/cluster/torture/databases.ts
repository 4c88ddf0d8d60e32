// The databases of a mixed cluster: two servers on one MariaDB, two on one Redis with replicas and sentinels, the others
// each on a file of its own. They listen in the network's hub and are killed and stopped like the servers.

import { setTimeout as sleep } from 'node:timers/promises'
import { parseStore } from '../../../server/store/address.ts'
import { openServerStore } from '../../../server/store/open.ts'
import type { Store } from '../../../server/store/store.ts'
import { eventually } from '../../support/eventually.ts'
import { MariaDb } from '../../support/mariadb.ts'
import { SentinelGroup } from '../../support/redis.ts'
import { quietLog } from '../../support/rows.ts'

/** What befalls a database: a name, and what it does until `lasts` is over. */
export interface DatabaseFault {
  readonly name: string
  readonly work: (lasts: () => Promise<void>) => Promise<void>
}

interface SharedStore {
  readonly url: string
  readonly store: Store
}

/** As durable as Redis is by default: up to a second, and what no replica has yet, may be lost. */
const REDIS = { appendfsync: 'everysec' }
/** A server that is started beside a primary is told by the sentinels that it is none, ms. */
const SETTLE_MS = 2000
/** And then there is one primary, ms. */
const SETTLED_MS = 60_000

export class Databases implements AsyncDisposable {
  readonly #mariadb: MariaDb
  readonly #redis: SentinelGroup
  readonly #stores: readonly [SharedStore, SharedStore]

  private constructor(
    mariadb: MariaDb,
    redis: SentinelGroup,
    stores: readonly [SharedStore, SharedStore],
  ) {
    this.#mariadb = mariadb
    this.#redis = redis
    this.#stores = stores
  }

  /** `host`: where the servers find them. */
  static async open(host: string): Promise<Databases> {
    await using stack = new AsyncDisposableStack()
    const mariadb = stack.use(await MariaDb.start({ host }))
    const redis = stack.use(await SentinelGroup.start(REDIS, host))
    const first = await openShared(mariadb.url(await mariadb.database(), { query: '?tls=off' }))
    stack.defer(() => first.store.close())
    const second = await openShared(redis.url())
    stack.move()
    return new Databases(mariadb, redis, [first, second])
  }

  /** Servers 1 and 2 share one, 3 and 4 the other. */
  of(place: number): SharedStore | undefined {
    return this.#stores[Math.ceil(place / 2) - 1]
  }

  get faults(): readonly DatabaseFault[] {
    const mariadb = this.#mariadb
    return [
      {
        name: 'MariaDB killed',
        work: async (lasts) => {
          await mariadb.kill()
          await lasts()
          await mariadb.up()
        },
      },
      {
        name: 'MariaDB stopped',
        work: async (lasts) => {
          mariadb.signal('SIGSTOP')
          await lasts()
          mariadb.signal('SIGCONT')
        },
      },
      { name: 'Redis’s primary killed', work: (lasts) => this.#killPrimary(lasts) },
      { name: 'Redis’s primary stopped', work: (lasts) => this.#stopPrimary(lasts) },
    ]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#stores.map(({ store }) => store.close()))
    await Promise.all([this.#mariadb, this.#redis].map((one) => one[Symbol.asyncDispose]()))
  }

  /** When it comes back another is the primary. */
  async #killPrimary(lasts: () => Promise<void>): Promise<void> {
    const primary = await this.#redis.primary()
    await primary.kill()
    await lasts()
    // As one that nobody has told anything meanwhile: the sentinels tell it whose replica it is, if it is.
    await primary.up({ replicaof: 'no one' })
    await this.#settle()
  }

  async #stopPrimary(lasts: () => Promise<void>): Promise<void> {
    const primary = await this.#redis.primary()
    primary.signal('SIGSTOP')
    await lasts()
    primary.signal('SIGCONT')
    await this.#settle()
  }

  /** Sentinels change their mind once in some seconds; until they have, there may be no primary at all. */
  async #settle(): Promise<void> {
    await sleep(SETTLE_MS)
    const isPrimary = async () => {
      const [role] = (await (await this.#redis.primary()).call('ROLE')) as unknown[]
      return String(role) === 'master'
    }
    await eventually(isPrimary, { timeoutMs: SETTLED_MS, what: 'a primary' })
  }
}

async function openShared(url: string): Promise<SharedStore> {
  const address = parseStore(url)
  if (address.kind === 'sqlite') throw new TypeError('a file is nobody’s to share')
  return { url, store: await openServerStore(address, quietLog) }
}
