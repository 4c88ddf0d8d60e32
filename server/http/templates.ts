// Templates and their versions. Checking one needs no template: the editor asks while one types.

import type { TemplateDetail, TemplateVersion } from '#protocol/api/templates.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { VersionId } from '#protocol/ids.ts'
import type { Row } from '../records/records.ts'
import { showVersion } from '../templates/version.ts'
import { assertMayAllow } from './allowing.ts'
import { givenId, TEMPLATE_BODY_BYTES } from './body.ts'
import type { Door } from './ports.ts'
import { created, nothing, ok } from './reply.ts'
import { by, type ClosedCall, route } from './route.ts'

export const templateRoutes = [
  route('GET /starters', {
    action: 'template.list',
    handle: ({ templates }) => ok({ starters: templates.starters }),
  }),
  route('GET /templates', {
    action: 'template.list',
    handle: ({ templates }) => ok({ templates: templates.list() }),
  }),
  route('POST /templates', {
    action: 'template.create',
    maxBodyBytes: TEMPLATE_BODY_BYTES,
    async handle({ templates }, call) {
      assertMayAllow(call)
      const { source, note, allow } = call.body
      const given = call.body.id
      const id = given === undefined ? call.idFor('template') : givenId<'template'>(given)
      const held = templates.get(id)
      if (held) return created(repeated(held, source))
      const template = { source, note, id, allow }
      return created(await templates.save(by(call), template))
    },
  }),
  route('POST /templates/check', {
    action: 'template.check',
    maxBodyBytes: TEMPLATE_BODY_BYTES,
    handle: ({ templates }, { body }) => ok(templates.check(body.source)),
  }),
  route('GET /templates/:id', {
    action: 'template.see',
    target: 'template',
    handle({ templates }, { target }) {
      const template = templates.get(target.id)
      if (!template) throw new SkeinError('not_found', { thing: 'template' })
      return ok(template)
    },
  }),
  route('PUT /templates/:id', {
    action: 'template.update',
    target: 'template',
    maxBodyBytes: TEMPLATE_BODY_BYTES,
    async handle({ templates }, call) {
      assertMayAllow(call)
      const { source, note, base, allow } = call.body
      const template = {
        id: call.target.id,
        source,
        note,
        allow,
        ...(base !== undefined && { base }),
      }
      return ok(await templates.save(by(call), template))
    },
  }),
  route('DELETE /templates/:id', {
    action: 'template.delete',
    target: 'template',
    async handle({ templates }, call) {
      await templates.remove(by(call), call.target.id)
      return nothing
    },
  }),
  route('GET /templates/:id/versions/:versionId', {
    action: 'template.see',
    target: 'template',
    handle: (door, call) => ok(versionWithSource(door, call)),
  }),
]

/** The same creation sent twice is one; another one under the same id is a mistake. */
function repeated(held: TemplateDetail, source: string): TemplateDetail {
  if (held.source !== source) throw new SkeinError('conflict', { thing: 'template' })
  return held
}

function versionWithSource(
  { records }: Door,
  { params, target }: ClosedCall<undefined, Row<'template'>>,
): TemplateVersion & { source: string } {
  const row = records.get('templateVersion', params.versionId as VersionId)
  const body = row?.groups.body
  if (!row || body?.templateId !== target.id) {
    throw new SkeinError('not_found', { thing: 'version' })
  }
  return { ...showVersion(records, row), source: body.source }
}
