// The audit stream, newest first, a page at a time, and whether it is what was written.

import { z } from 'zod'
import { showAudit } from '../identity/audit.ts'
import { checked } from './body.ts'
import { ok } from './reply.ts'
import { route } from './route.ts'

const PAGE = 100
/** What `records.read` gives at once. */
const MAX_PAGE = 500

const querySchema = z.object({
  before: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(PAGE),
  subject: z.uuid().optional(),
})

export const auditRoutes = [
  route({
    method: 'GET',
    path: '/audit',
    action: 'audit.read',
    async handle({ records }, { query }) {
      const page = checked(querySchema, Object.fromEntries(query))
      const entries = await records.read('audit', page)
      // `before` of the next page; absent when this was the last.
      const next = entries.length < page.limit ? undefined : entries.at(-1)?.position
      return ok({ events: entries.map(showAudit), ...(next !== undefined && { next }) })
    },
  }),
  route({
    method: 'GET',
    path: '/audit/verify',
    action: 'audit.read',
    handle: async ({ audit }) => ok(await audit.verify()),
  }),
]
