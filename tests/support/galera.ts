// Three real nodes under Galera, each of which takes writes and acknowledges none that the others have not received.

import { MariaDb } from './mariadb.ts'
import { freePort } from './skein.ts'

const PROVIDER = '/usr/lib/galera/libgalera_smm.so'
/**
 * How soon the others go on without a node that says nothing: by default five seconds, of which a killed one, whose
 * connections end, needs none.
 */
const EVICT = 'evs.suspect_timeout=PT2S;evs.inactive_timeout=PT4S;evs.keepalive_period=PT0.5S'

export class Galera implements AsyncDisposable {
  readonly nodes: readonly MariaDb[]
  readonly #group: readonly number[]

  private constructor(nodes: readonly MariaDb[], group: readonly number[]) {
    this.nodes = nodes
    this.#group = group
  }

  static async start(count = 3): Promise<Galera> {
    const group: number[] = []
    for (let i = 0; i < count; i++) group.push(await freePort())
    const nodes: MariaDb[] = []
    for (const port of group) {
      const [of] = nodes
      nodes.push(await MariaDb.prepare({ flags: await flagsOf(port), ...(of && { of }) }))
    }
    const galera = new Galera(nodes, group)
    try {
      for (const [i] of nodes.entries()) await galera.up(i)
      await galera.first.grant()
      return galera
    } catch (error) {
      await galera[Symbol.asyncDispose]()
      throw error
    }
  }

  get first(): MariaDb {
    return this.node(0)
  }

  node(index: number): MariaDb {
    const node = this.nodes[index]
    if (!node) throw new RangeError(`no node ${index}`)
    return node
  }

  /** Starts a node: the first ever begins the group, all others join it and take over its state. */
  async up(index: number): Promise<void> {
    const others = this.#group.filter((_, i) => i !== index && this.node(i).isUp)
    const seeds = others.map((port) => `127.0.0.1:${port}`).join(',')
    await this.node(index).up(`--wsrep-cluster-address=gcomm://${seeds}`)
  }

  /** All nodes, the first of them first. */
  url(database: string): string {
    const hosts = this.nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')
    return this.first.url(database, { hosts })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.nodes) await node[Symbol.asyncDispose]()
  }
}

async function flagsOf(port: number): Promise<string[]> {
  const provider = [
    `gmcast.listen_addr=tcp://127.0.0.1:${port}`,
    `ist.recv_addr=127.0.0.1:${await freePort()}`,
    'gcache.size=8M',
    EVICT,
  ]
  return [
    '--wsrep-on=ON',
    `--wsrep-provider=${PROVIDER}`,
    '--wsrep-cluster-name=skein-test',
    `--wsrep-node-address=127.0.0.1:${port}`,
    `--wsrep-node-name=node-${port}`,
    `--wsrep-provider-options=${provider.join(';')}`,
    '--wsrep-sst-method=rsync',
    `--wsrep-sst-receive-address=127.0.0.1:${await freePort()}`,
    '--binlog-format=ROW',
    '--innodb-autoinc-lock-mode=2',
  ]
}
