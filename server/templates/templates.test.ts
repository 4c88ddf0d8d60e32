import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { newId, type TemplateId, type UserId, type VersionId } from '#protocol/ids.ts'
import { TestClock } from '../../tests/support/clock.ts'
import { systemRandom } from '../clock.ts'
import { openRecords } from '../records/open.ts'
import type { Records } from '../records/records.ts'
import { openMemoryStore } from '../store/memory.ts'
import { createTemplates, type Templates } from './templates.ts'

const ada = { kind: 'user', id: newId<'user'>(), name: 'ada' } as const
const named = (name: string, image = 'debian') =>
  `name: ${name}\nservices: {main: {image: ${image}}}\n`
const silent = { info() {}, warn() {}, error() {} }

describe('templates', () => {
  let records: Records
  let templates: Templates

  beforeEach(async () => {
    const clock = new TestClock()
    const store = openMemoryStore()
    records = await openRecords({ store, clock, random: systemRandom, log: silent })
    templates = createTemplates({ records, clock, random: systemRandom })
    await records.transact(() => ({
      changes: [
        {
          op: 'create',
          kind: 'user',
          id: ada.id,
          groups: { profile: { username: 'ada', displayName: '', createdAt: 0 } },
        },
      ],
      result: undefined,
    }))
  })

  it('a save is a version, and the newest is shown', async () => {
    const first = await templates.save(ada, { source: named('T'), note: 'begin' })
    const second = await templates.save(ada, {
      id: first.id as TemplateId,
      source: named('T', 'alpine'),
    })
    assert.deepEqual(
      second.versions.map(({ number, note, author }) => [number, note, author.name]),
      [
        [2, '', 'ada'],
        [1, 'begin', 'ada'],
      ],
    )
    assert.equal(second.source, named('T', 'alpine'))
    assert.deepEqual(
      templates.list().map(({ name, version }) => [name, version.number]),
      [['T', 2]],
    )
    const old = templates.parsed(first.version.id as VersionId)
    assert.equal(old?.head.services[0]?.image, 'debian')
  })

  it('a template whose newest version is still on its way is shown as it was', async () => {
    const { id } = await templates.save(ada, { source: named('T') })
    const value = { versionId: newId<'templateVersion'>(), number: 2 }
    await records.transact(() => ({
      changes: [
        { op: 'set', kind: 'template', id: id as TemplateId, group: 'head', value },
      ] as const,
      result: undefined,
    }))
    assert.equal(templates.get(id as TemplateId)?.source, named('T'))
    assert.equal(templates.list().length, 1)
  })

  it('one whose newest version is on its way shows what was written last, whatever its number', async () => {
    const { id } = await templates.save(ada, { source: named('T') })
    const templateId = id as TemplateId
    const version = (number: number, source: string) => ({
      op: 'create' as const,
      kind: 'templateVersion' as const,
      id: newId<'templateVersion'>(),
      groups: { body: { templateId, number, source, note: '', authorId: ada.id, createdAt: 0 } },
    })
    const missing = { versionId: newId<'templateVersion'>(), number: 9 }
    const older = version(8, named('T', 'older'))
    const later = version(3, named('T', 'later'))
    for (const change of [older, later]) {
      await records.transact(() => ({ changes: [change], result: undefined }))
    }
    await records.transact(() => ({
      changes: [
        { op: 'set', kind: 'template', id: templateId, group: 'head', value: missing } as const,
      ],
      result: undefined,
    }))
    assert.equal(templates.get(templateId)?.source, named('T', 'later'))
  })

  it('a save that was sent twice is one version', async () => {
    const id = newId<'template'>()
    await templates.save(ada, { id, source: named('T') })
    const again = await templates.save(ada, { id, source: named('T') })
    assert.equal(again.versions.length, 1)
  })

  it('a save on top of an older version is refused', async () => {
    const { id, version } = await templates.save(ada, { source: named('T') })
    const at = { id: id as TemplateId, base: version.id }
    await templates.save(ada, { ...at, source: named('T', 'a') })
    await assert.rejects(templates.save(ada, { ...at, source: named('T', 'b') }), {
      code: 'conflict',
    })
  })

  it('a template with problems is refused, with the place of the first', async () => {
    const saving = templates.save(ada, { source: 'name: T\n' })
    await assert.rejects(saving, (caught: { code: string; details: object }) => {
      assert.equal(caught.code, 'template_invalid')
      assert.deepEqual(Object.keys(caught.details), ['count', 'line', 'column', 'first'])
      return true
    })
    assert.deepEqual(templates.check('name: T\n').head, undefined)
    assert.equal(templates.check(named('T')).head?.name, 'T')
  })

  it('a name belongs to one template and is given back by a renamed or removed one', async () => {
    const { id } = await templates.save(ada, { source: named('A') })
    await assert.rejects(templates.save(ada, { source: named('A', 'x') }), { code: 'name_taken' })
    await templates.save(ada, { id: id as TemplateId, source: named('B') })
    await templates.save(ada, { source: named('A') })
    await templates.remove(ada, id as TemplateId)
    await templates.save(ada, { source: named('B') })
    assert.equal(templates.list().length, 2)
  })

  it('one that a space uses is not removed', async () => {
    const { id, version } = await templates.save(ada, { source: named('A') })
    const spec = {
      templateId: id as TemplateId,
      versionId: version.id as VersionId,
      parameters: {},
    }
    const ownerId = ada.id as UserId
    await records.transact(() => ({
      changes: [
        {
          op: 'create',
          kind: 'space',
          id: newId<'space'>(),
          groups: { spec, identity: { ownerId, createdAt: 0 } },
        },
      ],
      result: undefined,
    }))
    await assert.rejects(templates.remove(ada, id as TemplateId), { code: 'template_in_use' })
    assert.equal(templates.get(id as TemplateId)?.spaces, 1)
  })

  it('one with more versions than a transaction holds is removed with all of them', async () => {
    const id = newId<'template'>()
    for (let at = 0; at < 120; at++) await templates.save(ada, { id, source: named('A', `i${at}`) })
    await templates.remove(ada, id)
    assert.equal(records.list('templateVersion').length, 0)
    assert.equal(templates.get(id), undefined)
    await assert.rejects(templates.remove(ada, id), { code: 'not_found' })
  })

  it('every change is in the audit stream', async () => {
    const { id } = await templates.save(ada, { source: named('A') })
    await templates.save(ada, { id: id as TemplateId, source: named('B') })
    await templates.remove(ada, id as TemplateId)
    const entries = await records.read('audit', { subject: id })
    assert.deepEqual(
      entries.map(({ body }) => [body.action, body.target?.name]),
      [
        ['template.delete', 'B'],
        ['template.update', 'B'],
        ['template.create', 'A'],
      ],
    )
  })

  describe('a template that reaches outside its spaces', () => {
    const reaching = (name: string, device = '/dev/kvm') =>
      `name: ${name}\npolicy: {allow: [devices]}\nservices: {main: {image: debian, devices: [${device}]}}\n`
    const permissionOf = (versionId: string) =>
      records.get('templateVersion', versionId as VersionId)?.groups.permission?.reaches

    it('is saved by nobody who does not allow it, and then says who did', async () => {
      const refused = templates.save(ada, { source: reaching('R') })
      await assert.rejects(refused, { code: 'template_not_allowed' })
      const { version } = await templates.save(ada, { source: reaching('R'), allow: true })
      assert.deepEqual(version.permission?.reaches, ['main: device /dev/kvm (rwm)'])
      assert.equal(version.permission?.by.name, 'ada')
      const audit = await records.read('audit', { limit: 10 })
      assert.ok(audit.some(({ body }) => (body as { action: string }).action === 'template.allow'))
    })

    it('needs a permission anew for each version', async () => {
      const first = await templates.save(ada, { source: reaching('R'), allow: true })
      const id = first.id as TemplateId
      await assert.rejects(templates.save(ada, { id, source: reaching('R', '/dev/sda') }), {
        code: 'template_not_allowed',
      })
      const second = await templates.save(ada, { id, source: named('R'), allow: true })
      assert.equal(permissionOf(second.version.id), undefined)
      assert.equal(second.version.permission, undefined)
      assert.equal(permissionOf(first.version.id)?.length, 1)
    })

    it('travels to another server without its permission', async () => {
      const { id } = await templates.save(ada, { source: reaching('R'), allow: true })
      await templates.save(ada, { id: id as TemplateId, source: named('R') })
      const bundle = templates.export(id as TemplateId)
      assert.deepEqual(
        bundle.versions.map(({ number }) => number),
        [1, 2],
      )
      const renamed = JSON.parse(JSON.stringify(bundle).replaceAll('name: R', 'name: S'))
      const wish = { id: newId<'template'>(), bundle: renamed, allow: false }
      const { template, skipped } = await templates.import(ada, wish)
      assert.equal(template.version.number, 1)
      assert.deepEqual(
        skipped.map(({ number }) => number),
        [1],
      )
    })
  })
})
