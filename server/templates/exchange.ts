// Templates out of one server and into another: a document with the newest versions. Permissions do not travel: what a text
// reaches is allowed anew by whoever brings it in.

import {
  MAX_BUNDLE_CHARS,
  type TemplateBundle,
  type TemplateImport,
} from '#protocol/api/bundles.ts'
import type { TemplateDetail } from '#protocol/api/templates.ts'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { TemplateId, VersionId } from '#protocol/ids.ts'
import type { Doer } from '../identity/audit.ts'
import type { Records } from '../records/records.ts'
import type { Templates } from './templates.ts'

export interface ExchangeOptions {
  readonly records: Pick<Records, 'get'>
  readonly templates: Pick<Templates, 'get' | 'save'>
  readonly clock: { nowMs(): number }
}

export interface TemplateWish {
  readonly id: TemplateId
  readonly bundle: TemplateBundle
  /** For the newest version. */
  readonly allow: boolean
}

/** The newest versions that fit into a document, oldest first. Throws `not_found`. */
export function exportTemplate(
  { records, templates, clock }: ExchangeOptions,
  id: TemplateId,
): TemplateBundle {
  const template = templates.get(id)
  if (template === undefined) throw new SkeinError('not_found', { thing: 'template' })
  let left = MAX_BUNDLE_CHARS
  const versions: TemplateBundle['versions'][number][] = []
  for (const { id: versionId, number, note, author, createdAt } of template.versions) {
    const source = records.get('templateVersion', versionId as VersionId)?.groups.body?.source ?? ''
    left -= source.length + note.length
    if (left < 0 && versions.length > 0) break
    versions.unshift({ number, note, author: author.name, createdAt, source })
  }
  const exportedAt = new Date(clock.nowMs()).toISOString()
  return { format: 'skein-template', name: template.name, exportedAt, versions }
}

/** Saves the versions one after the other. The newest must be accepted; older ones that are not are left out and told. */
export async function importTemplate(
  { templates }: ExchangeOptions,
  by: Doer,
  { id, bundle, allow }: TemplateWish,
): Promise<TemplateImport> {
  const newest = bundle.versions.at(-1)
  const skipped: { number: number; reason: string }[] = []
  let saved: TemplateDetail | undefined
  for (const version of bundle.versions) {
    const { number, source } = version
    const note = noteOf(version)
    try {
      saved = await templates.save(by, { id, source, note, allow: allow && version === newest })
    } catch (caught) {
      if (version === newest) throw caught
      skipped.push({ number, reason: toSkeinError(caught).message })
    }
  }
  if (saved === undefined) throw new SkeinError('not_found', { thing: 'version' })
  return { template: saved, skipped }
}

/** Of a note, characters (protocol/api/templates.ts). */
const MAX_NOTE_CHARS = 500

const noteOf = ({ number, note, author }: TemplateBundle['versions'][number]): string =>
  `${note === '' ? '' : `${note} `}(version ${number} by ${author})`.slice(0, MAX_NOTE_CHARS)
