// What a new space will be made of, and where, before it is made.

import { Container, HardDrive, House, type LucideIcon, Network } from 'lucide-react'
import type { PlacementPreview } from '#protocol/api/hosts.ts'
import type { TemplateHead } from '#protocol/api/templates.ts'
import { imageText } from '../templates/images.ts'
import { words } from '../words.ts'
import type { Values } from './parameters.ts'
import { placementText } from './placement.ts'

interface PreviewProps {
  readonly head: TemplateHead
  readonly values: Values
  /** Absent until it is there. */
  readonly placement: PlacementPreview | undefined
  /** The host that the person chose, or ANY_HOST. */
  readonly chosenHost: string
}

export function Preview({ head, values, placement, chosenHost }: PreviewProps) {
  const text = words.newSpace
  const place = placementText(placement, chosenHost)
  return (
    <section className="rounded-md bg-sunken px-4 py-3">
      <h2 className="mb-1 font-medium text-ink-2 text-xs">{text.preview}</h2>
      <ul>
        {head.services.map(({ name, image }) => (
          <Item
            icon={Container}
            key={name}
            name={name}
            note={name === head.main ? text.main : text.side}
            text={imageText(image, values)}
          />
        ))}
        <Item icon={House} name={text.home} note={text.homeText} />
        <Item icon={Network} name={text.network} note={text.networkText} />
        <Item icon={HardDrive} name={text.host} note={place.note} text={place.name} />
      </ul>
    </section>
  )
}

interface ItemProps {
  readonly icon: LucideIcon
  readonly name: string
  readonly text?: string | undefined
  readonly note: string
}

function Item({ icon: Icon, name, text, note }: ItemProps) {
  return (
    <li className="flex min-h-8 flex-wrap items-center gap-x-2.5 py-1 text-sm">
      <Icon aria-hidden="true" className="shrink-0 text-ink-3" size={15} />
      <span className="shrink-0">{name}</span>
      {text && <span className="min-w-0 truncate font-mono text-ink-2 text-xs">{text}</span>}
      <span className="text-ink-3 text-xs sm:ml-auto">{note}</span>
    </li>
  )
}
