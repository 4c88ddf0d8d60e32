// The database's thread. It opens the file at the first question and answers one question after the other.

import { parentPort, workerData } from 'node:worker_threads'
import { SkeinError } from '#protocol/errors.ts'
import { Database } from './database.ts'
import { failureOf } from './failure.ts'
import type { Ask, Question, Reply, WorkerStart } from './messages.ts'
import type { PackedBatch } from './packed.ts'

const start = workerData as WorkerStart
let database: Database | undefined
let loading: Iterator<PackedBatch> | undefined

parentPort?.on('message', (question: Question) => {
  parentPort?.postMessage(reply(question))
  if (question.op === 'close') parentPort?.close()
})

function reply(question: Question): Reply {
  const { id } = question
  try {
    return { id, answer: answer(question) }
  } catch (error) {
    if (error instanceof SkeinError) return { id, refused: error.body }
    return { id, failed: failureOf(error) }
  }
}

function answer({ op, ask }: Question): unknown {
  database ??= new Database(start.path, new URL(start.migrations))
  switch (op) {
    case 'open':
      return { meta: database.meta() }
    case 'load':
      return nextBatch(database)
    case 'commit': {
      const { batch, after } = ask as Ask<'commit'>
      return database.commit(batch, after)
    }
    case 'meta':
      return database.meta()
    case 'read':
      return database.readStream(ask as Ask<'read'>)
    case 'sweep':
      return database.sweep(ask as Ask<'sweep'>)
    case 'spans':
      return database.readSpans(ask as Ask<'spans'>)
    case 'close':
      return database.close()
  }
}

function nextBatch(open: Database): PackedBatch | undefined {
  loading ??= open.load()
  const next = loading.next()
  if (!next.done) return next.value
  loading = undefined
  return undefined
}
