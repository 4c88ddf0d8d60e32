import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Access, FileOrder } from './order.ts'

/** Starts each request and says which run before any has ended. */
async function startedTogether(...accesses: Access[]): Promise<number[]> {
  const order = new FileOrder()
  const started: number[] = []
  const end = Promise.withResolvers<void>()
  const all = accesses.map((access, index) =>
    order.run(access, () => {
      started.push(index)
      return end.promise
    }),
  )
  await new Promise((resolve) => setImmediate(resolve))
  const first = [...started]
  end.resolve()
  await Promise.all(all)
  assert.deepEqual(started, [...accesses.keys()], 'all run, in order')
  return first
}

const read = { kind: 'read' } as const
const alone = { kind: 'alone' } as const
const write = (from: number, to: number) => ({ kind: 'write', from, to }) as const

test('reads run together, and so do writes that follow one another', async () => {
  assert.deepEqual(await startedTogether(read, read, read), [0, 1, 2])
  assert.deepEqual(await startedTogether(write(0, 5), write(5, 9), write(20, 30)), [0, 1, 2])
})

test('what touches the same bytes waits', async () => {
  assert.deepEqual(await startedTogether(write(0, 5), write(4, 9)), [0])
  assert.deepEqual(await startedTogether(write(0, 5), read), [0])
  assert.deepEqual(await startedTogether(read, write(0, 5), read), [0])
  assert.deepEqual(await startedTogether(read, alone, read), [0])
})

test('a request that failed does not keep the next one from running', async () => {
  const order = new FileOrder()
  const failed = order.run(alone, () => Promise.reject(new Error('no')))
  const next = order.run(alone, () => Promise.resolve('yes'))
  await assert.rejects(failed)
  assert.equal(await next, 'yes')
})
