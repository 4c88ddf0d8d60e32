// What people and programs write: rows of three kinds, one of which only a newer version knows; names that several want;
// entries of a stream.

import { holding } from '../../../server/cluster/replica/claims.ts'
import type { StoredRow } from '../../../server/store/store.ts'
import type { Chance } from '../chance.ts'
import type { Replica, Write } from './replica.ts'

const KINDS = [
  ['space', ['name', 'sharing', 'runtime']],
  ['user', ['profile', 'access']],
  ['session', ['start']],
  ['newer', ['body']],
] as const

const LATER = new TextEncoder().encode('{"later":0}')

export class Clients {
  readonly #chance: Chance
  /** An older peer drops the fields that it does not know. */
  readonly #dropsUnknown: boolean
  #ids = 0

  constructor(chance: Chance, dropsUnknown = false) {
    this.#chance = chance
    this.#dropsUnknown = dropsUnknown
  }

  draw(replica: Replica, isOld: boolean): Write[] {
    const x = this.#chance.next()
    const row = replica.rows.size > 0 ? this.#chance.pick([...replica.rows.values()]) : undefined
    if (x < 0.3 || !row) return this.#drawCreate(isOld)
    if (x < 0.65) {
      if (isOld && row.kind === 'newer') return []
      return [this.#drawSet(replica, row, isOld)]
    }
    if (x < 0.8) {
      const releases = [...replica.claimed.values()].filter(({ holder }) => holder === row.id)
      return [
        { op: 'delete', kind: row.kind, id: row.id },
        ...releases.map(({ claim }): Write => ({ op: 'release', claim, holder: row.id })),
      ]
    }
    if (x < 0.92) return this.#drawName(replica, row.id)
    return this.#settle(replica)
  }

  /** An older peer keeps the fields that it does not know beside those that it writes. */
  #drawSet(replica: Replica, row: StoredRow, isOld: boolean): Write {
    const { kind, id } = row
    const group = this.#chance.pick(row.groups).name
    const set = { op: 'set', kind, id, group } as const
    if (group !== 'profile') return { ...set, body: this.#body(kind, group) }
    const value = this.#chance.whole(0, 999)
    const held = replica.group(kind, id, group)
    if (!isOld) return { ...set, body: JSON.stringify({ value, later: value }) }
    const isThere = held?.unknown !== undefined || held?.body.includes('"later"')
    const unknown = isThere && !this.#dropsUnknown ? { unknown: LATER } : {}
    return { ...set, body: JSON.stringify({ value }), ...unknown }
  }

  #drawCreate(isOld: boolean): Write[] {
    const [kind, groups] = this.#chance.pick(isOld ? KINDS.slice(0, 3) : KINDS)
    this.#ids += 1
    const id = `r${this.#ids}`
    const bodies = groups.map((name) => [name, this.#body(kind, name)] as const)
    const create: Write = { op: 'create', kind, id, groups: Object.fromEntries(bodies) }
    const claim = `space:${this.#chance.whole(1, 4)}`
    const entry: Write = { op: 'append', stream: 'audit', subject: id, body: '{}' }
    return kind === 'space' ? [create, { op: 'claim', claim, holder: id }, entry] : [create]
  }

  #drawName(replica: Replica, id: string): Write[] {
    const held = [...replica.claimed.values()].filter(({ holder }) => holder === id)
    const release = held.map(({ claim }): Write => ({ op: 'release', claim, holder: id }))
    const claim = `space:${this.#chance.whole(1, 4)}`
    return [...release, { op: 'claim', claim, holder: id }]
  }

  /** Whoever sees a displaced claim releases it; its row would be given another name in the same transaction. */
  #settle(replica: Replica): Write[] {
    const names = new Set([...replica.claimed.values()].map(({ claim }) => claim))
    return [...names].flatMap((name) => {
      const all = replica.claims(name)
      const first = holding(all)
      return all
        .filter(({ holder }) => holder !== first?.holder)
        .map(({ holder }): Write => ({ op: 'release', claim: name, holder }))
    })
  }

  #body(kind: string, group: string): string {
    const { whole, hits } = {
      whole: (most: number) => this.#chance.whole(0, most),
      hits: () => this.#chance.hits(0.5),
    }
    if (kind === 'user' && group === 'access') {
      const role = hits() ? 'member' : 'administrator'
      return JSON.stringify({ role, disabled: hits(), epoch: whole(3) })
    }
    if (group === 'sharing') {
      const visibility = hits() ? 'owner' : 'public'
      return JSON.stringify({ ports: hits() ? { 80: { visibility, people: ['a'] } } : {} })
    }
    if (group === 'runtime') return JSON.stringify({ epoch: whole(2), state: whole(99) })
    return JSON.stringify({ value: whole(999) })
  }
}
