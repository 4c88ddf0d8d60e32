import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { Tabs } from './tabs.ts'

/** A tab's socket, as much as is asked of it. */
class Socket extends EventEmitter {
  readonly OPEN = 1
  readonly readyState = 1
  send(): void {}

  says(type: 'watch' | 'unwatch', ...topics: string[]): void {
    this.emit('message', Buffer.from(JSON.stringify({ type, topics })), false)
  }
}

test('it is told at which spaces tabs look, whenever one begins or ends to look', () => {
  const told: (readonly string[])[] = []
  const tabs = new Tabs({
    identity: { holds: () => undefined },
    run: 'run',
    watched: (spaces) => told.push(spaces),
  })
  const [a, b] = [newId<'space'>(), newId<'space'>()]
  const [one, other] = [new Socket(), new Socket()]
  for (const socket of [one, other]) tabs.add(socket as never, { credential: {} } as never)
  one.says('watch', 'spaces', 'templates')
  assert.deepEqual(told, [])
  one.says('watch', `space:${a}`, `timeline:${b}`)
  other.says('watch', `space:${a}`, `space:${b}`)
  one.says('unwatch', `space:${a}`)
  other.emit('close')
  assert.deepEqual(told, [[a], [a, b], [a, b], []])
})
