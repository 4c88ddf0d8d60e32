// A history sorted by what it is about: for each object its making, its end, the writes of each group, its names, reads.

import type { Claim, Create, Delete, Operation, Read } from './operation.ts'
import type { Sights, Write } from './order.ts'

const NOWHERE: Sights = new Map()

export class Group {
  readonly writes: Write[] = []
  /** By value: every value is written by one operation. */
  readonly byValue = new Map<string, Write>()
  /** By value: since when each peer is known to have had it. */
  readonly sights = new Map<string, Map<string, number>>()

  write(by: Operation, value: string): void {
    const write = { by, value }
    this.writes.push(write)
    this.byValue.set(value, write)
  }

  see(value: string, peer: string, atMs: number): void {
    const sights = this.sights.get(value) ?? new Map<string, number>()
    this.sights.set(value, sights.set(peer, Math.min(atMs, sights.get(peer) ?? Infinity)))
  }

  seen(value: string): Sights {
    return this.sights.get(value) ?? NOWHERE
  }
}

export class Story {
  readonly groups = new Map<string, Group>()
  readonly deletes: Delete[] = []
  readonly claims: (Claim | Create)[] = []
  readonly reads: Read[] = []
  create: Create | undefined

  group(name: string): Group {
    const known = this.groups.get(name)
    if (known) return known
    const group = new Group()
    this.groups.set(name, group)
    return group
  }

  /** One that was not refused. */
  get ends(): readonly Delete[] {
    return this.deletes.filter(({ outcome }) => outcome !== 'refused')
  }

  note(operation: Operation): void {
    switch (operation.op) {
      case 'create':
        this.create = operation
        if (operation.name !== undefined) this.claims.push(operation)
        for (const [group, value] of Object.entries(operation.values)) {
          this.group(group).write(operation, value)
        }
        return
      case 'set':
        this.group(operation.group).write(operation, operation.value)
        return
      case 'delete':
        this.deletes.push(operation)
        return
      case 'claim':
        this.claims.push(operation)
        return
      case 'read':
        if (operation.outcome === 'ok') this.#noteRead(operation)
    }
  }

  #noteRead(read: Read): void {
    this.reads.push(read)
    const { peer, endMs } = read
    for (const [group, value] of Object.entries(read.values ?? {})) {
      this.group(group).see(value, peer, endMs)
    }
  }
}

export function storiesOf(operations: readonly Operation[]): Map<string, Story> {
  const stories = new Map<string, Story>()
  for (const operation of operations) {
    const known = stories.get(operation.object)
    const story = known ?? new Story()
    if (!known) stories.set(operation.object, story)
    story.note(operation)
  }
  return stories
}
