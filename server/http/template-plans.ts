// Templates before they are saved and between servers: the language's schema, what a text would do, a Compose file as a
// template, and templates as documents.

import { convertComposeSchema, importTemplateSchema } from '#protocol/api/bundles.ts'
import { planTemplateSchema } from '#protocol/api/plan.ts'
import { importCompose } from '../templates/compose/compose.ts'
import { templateSchema } from '../templates/schema.ts'
import { assertMayAllow } from './allowing.ts'
import { givenId, TEMPLATE_BODY_BYTES } from './body.ts'
import { created, ok } from './reply.ts'
import { by, route } from './route.ts'

export const templatePlanRoutes = [
  route({
    method: 'GET',
    path: '/templates/schema',
    action: 'template.list',
    handle: () => ok(templateSchema()),
  }),
  route({
    method: 'POST',
    path: '/templates/plan',
    action: 'template.check',
    body: planTemplateSchema,
    maxBodyBytes: TEMPLATE_BODY_BYTES,
    handle: ({ templates }, { body }) => ok(templates.plan(body)),
  }),
  route({
    method: 'POST',
    path: '/templates/compose',
    action: 'template.check',
    body: convertComposeSchema,
    maxBodyBytes: TEMPLATE_BODY_BYTES,
    handle: (_, { body }) => ok(importCompose(body.source, body.name)),
  }),
  route({
    method: 'POST',
    path: '/templates/import',
    action: 'template.create',
    body: importTemplateSchema,
    maxBodyBytes: TEMPLATE_BODY_BYTES,
    async handle({ templates }, call) {
      assertMayAllow(call)
      const { id: given, bundle, allow } = call.body
      const id = given === undefined ? call.idFor('template') : givenId<'template'>(given)
      return created(await templates.import(by(call), { id, bundle, allow }))
    },
  }),
  route({
    method: 'GET',
    path: '/templates/:id/export',
    action: 'template.see',
    target: 'template',
    handle: ({ templates }, { target }) => ok(templates.export(target.id)),
  }),
  route({
    method: 'GET',
    path: '/spaces/:id/plan',
    action: 'space.see',
    target: 'space',
    handle: ({ templates }, { target }) => ok(templates.planSpace(target.id)),
  }),
]
