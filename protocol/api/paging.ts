// Lists that grow, a page at a time. Who asks for no page gets all of it.

import { z } from 'zod'

export const MAX_PAGE = 1000

export const pagingSchema = z.object({
  limit: z.coerce
    .number<number>()
    .int()
    .min(1)
    .max(MAX_PAGE)
    .optional()
    .describe('How many; without it and `after`, all.'),
  after: z.uuid().optional().describe('`next` of the page before.'),
})
export type Paging = z.output<typeof pagingSchema>
