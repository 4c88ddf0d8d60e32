// What many answers are made of. A schema with an `id` has that name in the API's description.

import { z } from 'zod'
import type { Shown } from './shown.ts'

/** ISO 8601 in UTC. */
export const timeSchema = z.iso.datetime()

/** Somebody or something, named. */
export const refSchema = z.object({ id: z.string(), name: z.string() }).meta({ id: 'Ref' })
export type Ref = Shown<typeof refSchema>
