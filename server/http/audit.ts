// The audit, newest first: a page at a time, as a file, and whether it is what was written.

import { SkeinError } from '#protocol/errors.ts'
import type { Id } from '#protocol/ids.ts'
import { contentTypes, fileOf } from '../audit/export.ts'
import { type Entry, everyEntry, searchAudit } from '../audit/search.ts'
import { audited, showAudit } from '../identity/audit.ts'
import type { Door } from './ports.ts'
import { ok, type Reply } from './reply.ts'
import { by, type CallOf, route } from './route.ts'

/** Entries of one file; more are had by time, a month at a time. */
const MAX_EXPORTED = 1_000_000
/** Files that are made at the same time: each reads the whole audit. */
const MAX_EXPORTS = 2
/** A reader who has stopped reading keeps its place no longer than this, ms. */
const EXPORT_MS = 15 * 60_000

export const auditRoutes = [
  route('GET /audit', {
    action: 'audit.read',
    async handle({ records }, { query: { before, limit, ...filter } }) {
      const { entries, next } = await searchAudit(records, { filter, limit, before })
      return ok({ events: entries.map(showAudit), ...(next !== undefined && { next }) })
    },
  }),
  route('GET /audit/export', {
    action: 'audit.read',
    handle: (door, call) => exported(door, call),
  }),
  route('GET /audit/verify', {
    action: 'audit.read',
    handle: async ({ audit }) => ok(await audit.verify()),
  }),
]

/** Of each door. */
const underWay = new WeakMap<Door, number>()

/** Answers the file, and writes down who took it. Rejects with `rate_limited`. */
async function exported(door: Door, call: CallOf<'GET /audit/export', undefined>): Promise<Reply> {
  const { format, ...filter } = call.query
  const count = underWay.get(door) ?? 0
  if (count >= MAX_EXPORTS) throw new SkeinError('rate_limited', { seconds: 10 })
  const target = { kind: 'audit', id: 'audit' as Id, name: 'audit' }
  const note = audited(by(call), 'audit.export', target, { format, ...filter })
  await door.records.transact(() => ({ changes: [note], result: undefined }))
  underWay.set(door, (underWay.get(door) ?? 0) + 1)
  const tooMany = () =>
    new SkeinError('too_large', { thing: 'export', limit: `${MAX_EXPORTED} entries` })
  const events = shown(everyEntry(door.records, filter))
  const stream = readable(door, fileOf(format, events, MAX_EXPORTED, tooMany))
  const day = new Date(door.clock.nowMs()).toISOString().slice(0, 10)
  const headers = {
    'content-type': contentTypes[format],
    'content-disposition': `attachment; filename="skein-audit-${day}.${format}"`,
  }
  return { status: 200, stream, headers }
}

async function* shown(entries: AsyncIterable<Entry>) {
  for await (const entry of entries) yield showAudit(entry)
}

/** Read as fast as it is taken, and no further than the reader stays. */
function readable(door: Door, pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  const over = new AbortController()
  const end = (): void => {
    if (over.signal.aborted) return
    over.abort()
    underWay.set(door, (underWay.get(door) ?? 1) - 1)
  }
  return new ReadableStream<Uint8Array>({
    start(controller) {
      door.clock.delay(EXPORT_MS, over.signal).then(
        () => {
          end()
          controller.error(
            new SkeinError('timeout', { thing: 'The export', seconds: EXPORT_MS / 1000 }),
          )
        },
        () => undefined,
      )
    },
    async pull(controller) {
      try {
        const { value, done } = await pieces.next()
        if (over.signal.aborted) return
        if (!done) return controller.enqueue(value)
        end()
        controller.close()
      } catch (err) {
        end()
        door.log.error({ err }, 'the export of the audit broke off')
        controller.error(err)
      }
    },
    async cancel() {
      end()
      await pieces.return(undefined)
    },
  })
}
