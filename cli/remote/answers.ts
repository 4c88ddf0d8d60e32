// The server's answers as far as the commands use them. Names are held to their rules here: from here on they go into
// terminals, file names and ssh's configuration, and a server may be anybody's.

import { z } from 'zod'
import { isId } from '#protocol/ids.ts'
import { isSpaceName, isUserName } from '#protocol/names.ts'

/** Text for a terminal: what could be an escape sequence is left out. */
export const text = (most: number) =>
  z
    .string()
    .max(most)
    .transform((value) => value.replace(/\p{Cc}/gu, ' '))

const id = z.string().refine(isId, 'not an id')
const ref = z.object({ id, name: z.string().refine(isUserName, 'not a user’s name') })

export const spaceSchema = z
  .object({
    id,
    name: z.string().refine(isSpaceName, 'not a space’s name'),
    owner: ref,
    template: z.looseObject({ id, name: text(200), version: z.number() }),
    state: text(32),
    reason: text(2000),
    since: z.iso.datetime(),
    ports: z.array(z.looseObject({ port: z.number(), process: text(200).optional() })).default([]),
    schedule: z
      .looseObject({
        zone: text(64),
        start: z.array(text(100)),
        stop: z.array(text(100)),
        isOn: z.boolean(),
        next: z.looseObject({ do: z.enum(['start', 'stop']), at: z.iso.datetime() }).optional(),
      })
      .optional(),
    failure: z.looseObject({ code: text(64), message: text(4096), hint: text(4096) }).optional(),
  })
  .loose()
export type RemoteSpace = z.output<typeof spaceSchema>

export const spacesSchema = z.object({ spaces: z.array(spaceSchema) })
export const intentSchema = z.object({ intentId: z.string().max(64), space: spaceSchema })

export const timelineSchema = z.object({
  steps: z.array(
    z.looseObject({
      id: z.string(),
      intentId: z.string(),
      text: text(2000),
      state: z.enum(['running', 'done', 'failed', 'note']),
      durationMs: z.number().optional(),
      progress: z
        .object({
          done: z.number(),
          total: z.number().optional(),
          unit: z.enum(['bytes', 'steps']),
        })
        .optional(),
      error: z.looseObject({ code: text(64), message: text(4096) }).optional(),
    }),
  ),
})
export type RemoteStep = z.output<typeof timelineSchema>['steps'][number]

export const templatesSchema = z.object({
  templates: z.array(z.looseObject({ id, name: text(200), description: text(10_000).optional() })),
})

export const meSchema = z.looseObject({
  user: z.looseObject({
    id,
    username: z.string().refine(isUserName, 'not a user’s name'),
    role: text(32),
  }),
  peer: z.looseObject({ name: text(100), version: text(64) }),
})
