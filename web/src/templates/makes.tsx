// What a template makes: its containers, what it asks, the apps it names.

import type { ReactNode } from 'react'
import type { TemplateHead } from '#protocol/api/templates.ts'
import { words } from '../words.ts'
import { imageText } from './images.ts'

const text = words.template

export function Makes({ head }: { readonly head: TemplateHead }) {
  return (
    <section className="flex flex-col gap-4">
      <List title={text.containers}>
        {head.services.map(({ name, image }) => (
          <Item key={name} name={name} note={name === head.main ? text.main : undefined}>
            {imageText(image, {})}
          </Item>
        ))}
      </List>
      {head.parameters.length > 0 && (
        <List title={text.parameters}>
          {head.parameters.map(({ name, label, type, required }) => (
            <Item key={name} name={label} note={required ? text.required : undefined}>
              {name}: {type}
            </Item>
          ))}
        </List>
      )}
      {head.apps.length > 0 && (
        <List title={text.apps}>
          {head.apps.map(({ name, port, path }) => (
            <Item key={name} name={name}>
              {port}
              {path}
            </Item>
          ))}
        </List>
      )}
    </section>
  )
}

function List({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div>
      <h2 className="mb-1 text-ink-3 text-xs">{title}</h2>
      <ul>{children}</ul>
    </div>
  )
}

interface ItemProps {
  readonly name: string
  readonly note?: string | undefined
  readonly children: ReactNode
}

function Item({ name, note, children }: ItemProps) {
  return (
    <li className="flex min-h-7 items-baseline gap-2 border-b py-1 text-sm last:border-b-0">
      <span className="shrink-0">{name}</span>
      {note && <span className="rounded bg-sunken px-1 text-ink-2 text-xs">{note}</span>}
      <span className="ml-auto min-w-0 truncate font-mono text-ink-2 text-xs">{children}</span>
    </li>
  )
}
