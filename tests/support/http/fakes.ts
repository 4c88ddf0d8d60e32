// Spaces and templates as small as the HTTP door needs them: rows in real records, and no engine.

import type { Space } from '#protocol/api/spaces.ts'
import type { TemplateDetail } from '#protocol/api/templates.ts'
import { SkeinError } from '#protocol/errors.ts'
import { newId, type SpaceId, type TemplateId, type UserId } from '#protocol/ids.ts'
import type { SpacesPort, TemplatesPort } from '../../../server/http/ports.ts'
import { cameFrom } from '../../../server/identity/audit.ts'
import type { Change, Records } from '../../../server/records/records.ts'
import { decideTransfer } from '../../../server/spaces/shares.ts'

export const TEMPLATE_SOURCE = 'name: Shell\nservices:\n  main:\n    image: debian\n'

export function fakeSpaces(records: Records): SpacesPort {
  const intent = async () => ({ intentId: newId<'intent'>() })
  return {
    show: (id) => showSpace(records, id),
    async create(by, { id, name, templateId, parameters }) {
      const ownerId = cameFrom(by).actor.id as UserId
      const versionId = newId<'templateVersion'>()
      await records.transact((view) => {
        if (view.get('space', id)) throw new SkeinError('conflict', { thing: 'space' })
        const groups = {
          identity: { ownerId, createdAt: 1 },
          name: { name },
          spec: { templateId, versionId, parameters },
        }
        const changes: Change[] = [
          { op: 'claim', claim: `space:${ownerId}/${name}`, holder: id },
          { op: 'create', kind: 'space', id, groups },
        ]
        return { changes, result: undefined }
      })
      return intent()
    },
    want: intent,
    forget: async () => undefined,
    preview: () => ({ reason: 'it is the only host', isRefused: false, hosts: [] }),
    async rename(_actor, id, name) {
      await records.transact(() => ({
        changes: [{ op: 'set', kind: 'space', id, group: 'name', value: { name } }],
        result: undefined,
      }))
    },
    configure: async () => undefined,
    schedule: async () => undefined,
    transfer: (by, id, to) =>
      records.transact((view) => decideTransfer(view, by, id, to, () => undefined)),
    used: () => ({ spaces: 0, running: 0, cpus: 0, memoryBytes: 0 }),
    timeline: async () => [],
  }
}

function showSpace(records: Records, id: SpaceId): Space | undefined {
  const groups = records.get('space', id)?.groups
  if (!groups?.identity || !groups.spec) return undefined
  const { templateId, versionId, parameters } = groups.spec
  return {
    id,
    name: groups.name?.name ?? '',
    owner: { id: groups.identity.ownerId, name: 'owner' },
    template: { id: templateId, name: 'Shell', versionId, version: 1 },
    parameters,
    state: 'stopped',
    reason: 'It was never started.',
    since: new Date(0).toISOString(),
    desired: 'stopped',
    apps: [],
    ports: [],
    services: [],
    createdAt: new Date(0).toISOString(),
  }
}

export function fakeTemplates(records: Records): TemplatesPort {
  const get = (id: TemplateId) => showTemplate(records, id)
  return {
    list: () =>
      records.list('template').flatMap(({ id }) => {
        const detail = get(id)
        if (!detail) return []
        const { source: _, versions: __, ...template } = detail
        return [template]
      }),
    get,
    async save(by, { id = newId<'template'>(), source }) {
      await records.transact((view) => {
        if (view.get('template', id)) return { changes: [], result: undefined }
        const meta = {
          name: nameIn(source),
          createdAt: 1,
          createdBy: cameFrom(by).actor.id as UserId,
        }
        return {
          changes: [{ op: 'create', kind: 'template', id, groups: { meta } }],
          result: undefined,
        }
      })
      const saved = get(id)
      if (!saved) throw new SkeinError('not_found', { thing: 'template' })
      return saved
    },
    async remove(_by, id) {
      await records.transact(() => ({
        changes: [{ op: 'delete', kind: 'template', id }],
        result: undefined,
      }))
    },
    check: () => ({ problems: [] }),
    plan: () => emptyPlan,
    planSpace: (id) => ({
      ...{ space: { id, name: 'home' }, owner: { id: '', name: 'owner' }, state: 'stopped' },
      ...{ effect: 'none', reason: 'It would be the same.' },
      ...{ containers: [], volumes: [], settings: [] },
    }),
    export: (id) => {
      const createdAt = new Date(0).toISOString()
      const version = { number: 1, note: '', author: 'owner', createdAt, source: TEMPLATE_SOURCE }
      return { format: 'skein-template', name: id, exportedAt: createdAt, versions: [version] }
    },
    async import(by, { id, bundle }) {
      const source = bundle.versions.at(-1)?.source ?? ''
      return { template: await this.save(by, { id, source, note: '' }), skipped: [] }
    },
    starters: [{ key: 'shell', name: 'Shell', description: 'A shell.', source: TEMPLATE_SOURCE }],
  }
}

const emptyPlan = {
  ...{ problems: [], containers: [], volumes: [], networks: [], settings: [], reaches: [] },
  ...{ spaces: [], totals: { refused: 0, restart: 0, start: 0, none: 0 } },
}

const nameIn = (source: string): string => /name: (.*)/.exec(source)?.[1] ?? 'template'

function showTemplate(records: Records, id: TemplateId): TemplateDetail | undefined {
  const meta = records.get('template', id)?.groups.meta
  if (!meta) return undefined
  const createdAt = new Date(meta.createdAt).toISOString()
  const author = { id: meta.createdBy, name: 'owner' }
  return {
    id,
    name: meta.name,
    head: { name: meta.name, parameters: [], apps: [], main: 'main', services: [] },
    version: { id: newId<'templateVersion'>(), number: 1, note: '', author, createdAt },
    spaces: 0,
    createdAt,
    source: TEMPLATE_SOURCE,
    versions: [],
  }
}
