// Templates before they are saved and between servers: the language's schema, what a text would do, a Compose file as a
// template, and templates as documents.

import { importCompose } from '../templates/compose/compose.ts'
import { templateSchema } from '../templates/schema.ts'
import { assertMayAllow } from './allowing.ts'
import { givenId, TEMPLATE_BODY_BYTES } from './body.ts'
import { created, ok } from './reply.ts'
import { by, route } from './route.ts'

export const templatePlanRoutes = [
  route('GET /templates/schema', {
    action: 'template.list',
    handle: () => ok(templateSchema()),
  }),
  route('POST /templates/plan', {
    action: 'template.check',
    maxBodyBytes: TEMPLATE_BODY_BYTES,
    handle: ({ templates }, { body }) => ok(templates.plan(body)),
  }),
  route('POST /templates/compose', {
    action: 'template.check',
    maxBodyBytes: TEMPLATE_BODY_BYTES,
    handle: (_, { body }) => ok(importCompose(body.source, body.name)),
  }),
  route('POST /templates/import', {
    action: 'template.create',
    maxBodyBytes: TEMPLATE_BODY_BYTES,
    async handle({ templates }, call) {
      assertMayAllow(call)
      const { id: given, bundle, allow } = call.body
      const id = given === undefined ? call.idFor('template') : givenId<'template'>(given)
      return created(await templates.import(by(call), { id, bundle, allow }))
    },
  }),
  route('GET /templates/:id/export', {
    action: 'template.see',
    target: 'template',
    handle: ({ templates }, { target }) => ok(templates.export(target.id)),
  }),
  route('GET /spaces/:id/plan', {
    action: 'space.see',
    target: 'space',
    handle: ({ templates }, { target }) => ok(templates.planSpace(target.id)),
  }),
]
