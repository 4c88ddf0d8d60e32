// `skein template export` and `import`: a template as a document, and a Compose file as a template.

import { templateBundleSchema } from '#protocol/api/bundles.ts'
import { SkeinError } from '#protocol/errors.ts'
import { print } from '../output.ts'
import type { Remote } from './remote.ts'
import { RemoteStatus } from './status.ts'
import { convertedSchema, exportedSchema, importedSchema } from './template-answers.ts'
import { readTemplateFile } from './template-file.ts'
import { problemLines, save, templateIdOf } from './templates.ts'

export async function exportTemplate(
  remote: Remote,
  name: string,
  { yaml }: { readonly yaml?: true },
): Promise<number> {
  const id = await templateIdOf(remote, name)
  const wanted = { params: { id }, answer: exportedSchema }
  const bundle = await remote.call('GET /templates/:id/export', wanted)
  const newest = bundle.versions.at(-1)?.source ?? ''
  process.stdout.write(yaml ? newest : `${JSON.stringify(bundle, null, 2)}\n`)
  return RemoteStatus.ok
}

export interface ImportOptions {
  readonly name?: string
  readonly save?: true
}

/** A document of `export` is saved. A Compose file is printed, with what could not be carried over on standard error. */
export async function importTemplate(
  remote: Remote,
  path: string,
  options: ImportOptions,
): Promise<number> {
  const text = await readTemplateFile(path)
  return text.trimStart().startsWith('{')
    ? await importBundle(remote, path, text)
    : await importCompose(remote, path, text, options)
}

async function importBundle(remote: Remote, path: string, text: string): Promise<number> {
  const bundle = parseBundle(path, text)
  const body = { bundle }
  const wanted = { body, answer: importedSchema }
  const { template, skipped } = await remote.call('POST /templates/import', wanted)
  for (const { number, reason } of skipped) {
    process.stderr.write(`version ${number} was left out: ${reason}\n`)
  }
  print(remote.asJson, template, () => `${template.name} is version ${template.version.number}.`)
  return RemoteStatus.ok
}

function parseBundle(path: string, text: string) {
  try {
    return templateBundleSchema.parse(JSON.parse(text))
  } catch (error) {
    const reason = `${path} is neither an exported template nor a Compose file`
    throw new SkeinError('bad_request', { reason }, error)
  }
}

async function importCompose(
  remote: Remote,
  path: string,
  source: string,
  { name, save: isSaved }: ImportOptions,
): Promise<number> {
  const body = { source, ...(name !== undefined && { name }) }
  const wanted = { body, answer: convertedSchema }
  const converted = await remote.call('POST /templates/compose', wanted)
  const { notes, problems } = converted
  for (const { line, column, word, what, message } of notes) {
    process.stderr.write(`${path}:${line}:${column} ${word} ${what}: ${message}\n`)
  }
  if (problems.length > 0) {
    const where = converted.source === '' ? path : 'template'
    process.stderr.write(`${problemLines(where, problems)}\n`)
  }
  if (isSaved && problems.length === 0) {
    return await save(remote, { source: converted.source, note: `From ${path}` }, undefined)
  }
  print(remote.asJson, converted, () => converted.source.trimEnd())
  return problems.length === 0 ? RemoteStatus.ok : RemoteStatus.failed
}
