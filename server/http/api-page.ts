// The description of the API as a page to read: no script, nothing from elsewhere, all of it from openapi.json.

import { z } from 'zod'
import { pageWords as text } from './openapi-words.ts'

const contentSchema = z.record(z.string(), z.object({ schema: z.unknown() })).optional()

const operationSchema = z.object({
  summary: z.string(),
  'x-skein-action': z.string(),
  'x-skein-who': z.string(),
  'x-skein-websocket': z.boolean().optional(),
  parameters: z.array(
    z.object({
      ...{ name: z.string(), in: z.string(), description: z.string().optional() },
      schema: z.record(z.string(), z.unknown()),
    }),
  ),
  requestBody: z.object({ content: contentSchema }).optional(),
  responses: z.record(
    z.string(),
    z.object({ description: z.string().optional(), content: contentSchema }),
  ),
})
type Operation = z.infer<typeof operationSchema>

const documentSchema = z.object({
  info: z.object({ version: z.string(), description: z.string() }),
  servers: z.array(z.object({ url: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
})

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d5dadd, #343b40); --dim: light-dark(#545c62, #a3abb1); --accent: light-dark(#0b6b6b, #6cc7c4) }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; font: 15px/1.5 system-ui, sans-serif; background: light-dark(#fff, #14191c); color: light-dark(#171c1f, #e8ebed) }
h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1.05rem; margin: 2rem 0 .4rem } h3 { font-size: .85rem; color: var(--dim); margin: .8rem 0 .2rem }
p { margin: .4rem 0; max-width: 70ch } a { color: var(--accent) } nav { display: flex; flex-wrap: wrap; gap: .2rem .8rem; margin-top: 1rem }
details { border-top: 1px solid var(--line) } summary { cursor: pointer; padding: .4rem 0 .4rem 1.1rem; text-indent: -1.1rem; overflow-wrap: anywhere }
@media (width < 40rem) { summary { padding-block: .7rem } nav { gap: .2rem .4rem } nav a { padding: .6rem .3rem } }
code, pre { font: 13px/1.45 ui-monospace, monospace } pre { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; padding: .6rem; margin: .3rem 0 1rem }
b { display: inline-block; text-indent: 0; width: 4.2rem; color: var(--accent); font: 600 13px ui-monospace, monospace } small { color: var(--dim) } ul { margin: .2rem 0; padding-left: 1.2rem }
`

/** Throws where the document is not one of ours. */
export function apiPage(document: unknown): string {
  const { info, servers, paths, components } = documentSchema.parse(document)
  const base = servers[0]?.url ?? ''
  const groups = Map.groupBy(Object.entries(paths), ([path]) => groupOf(path))
  const named = [...groups.keys(), text.shapes]
  const links = named.map((name) => `<a href="#${esc(name)}">${esc(name)}</a>`)
  const sections = [...groups].map(([name, list]) => sectionOf(name, list))
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text.title}</title><style>${STYLE}</style></head><body><main>
<h1>${text.title} <small>${esc(info.version)}</small></h1>
<p>${esc(info.description).replace(/`([^`]*)`/g, '<code>$1</code>')}</p>
<p><code>${esc(base)}</code> · <a href="${esc(base)}/openapi.json">${text.json}</a></p>
<nav>${links.join('')}</nav>
${sections.join('\n')}
<section><h2 id="${text.shapes}">${text.shapes}</h2>${shapesOf(components.schemas)}</section>
</main></body></html>`
}

const groupOf = (path: string): string => path.split('/')[1]?.split('.')[0] ?? ''

function sectionOf(name: string, list: readonly [string, Record<string, Operation>][]): string {
  const rows = list.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => rowOf(path, method, operation)),
  )
  return `<section><h2 id="${esc(name)}">${esc(name)}</h2>${rows.join('')}</section>`
}

function rowOf(path: string, method: string, operation: Operation): string {
  const { summary, parameters, requestBody } = operation
  const shownMethod = operation['x-skein-websocket'] ? 'WS' : method.toUpperCase()
  const items = parameters.map(
    (one) =>
      `<li><code>${esc(one.name)}</code> <small>${esc(one.in)}, ${esc(JSON.stringify(one.schema))}</small> ${esc(one.description ?? '')}</li>`,
  )
  const bodies = contentsOf(text.body, requestBody?.content)
  // Refusals are the same everywhere.
  const answers = Object.entries(operation.responses)
    .filter(([status]) => status !== 'default')
    .flatMap(([status, { content, description = '' }]) => {
      const title = `${text.answer} ${status}`
      return content ? contentsOf(title, content) : `<h3>${title}</h3><p>${esc(description)}</p>`
    })
  return `<details><summary><b>${shownMethod}</b><code>${esc(path)}</code> <small>${esc(summary)}</small></summary>
<p><small>${text.who}: ${esc(operation['x-skein-who'])} (<code>${esc(operation['x-skein-action'])}</code>)</small></p>
${items.length > 0 ? `<h3>${text.parameters}</h3><ul>${items.join('')}</ul>` : ''}${[bodies, answers].flat().join('')}</details>`
}

function contentsOf(title: string, content: z.infer<typeof contentSchema> = {}): string[] {
  return Object.entries(content).map(
    ([type, { schema }]) => `<h3>${esc(title)} <code>${esc(type)}</code></h3>${shapeOf(schema)}`,
  )
}

const shapesOf = (schemas: Readonly<Record<string, unknown>>): string =>
  Object.entries(schemas)
    .map(
      ([name, schema]) =>
        // A link to what is inside opens it.
        `<details><summary><code>${esc(name)}</code></summary><div id="shape-${esc(name)}">${shapeOf(schema)}</div></details>`,
    )
    .join('')

/** A reference leads to what it names. */
const shapeOf = (schema: unknown): string => {
  const json = esc(JSON.stringify(schema, undefined, 2))
  const linked = json.replace(
    /&quot;#\/components\/schemas\/(\w+)&quot;/g,
    (_, name: string) => `<a href="#shape-${name}">${name}</a>`,
  )
  return `<pre tabindex="0">${linked}</pre>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const esc = (value: string): string => value.replace(/[&<>"']/g, (one) => entities[one] ?? '')
