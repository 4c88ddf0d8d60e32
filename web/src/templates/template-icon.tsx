// A template's icon: a name that we know, a single character such as an emoji, or else the first letter of its name.

import {
  Box,
  Braces,
  Container,
  Database,
  FlaskConical,
  Globe,
  Hexagon,
  type LucideIcon,
  SquareTerminal,
} from 'lucide-react'

const known: Record<string, LucideIcon> = {
  box: Box,
  code: Braces,
  container: Container,
  database: Database,
  debian: SquareTerminal,
  node: Hexagon,
  nodejs: Hexagon,
  postgres: Database,
  postgresql: Database,
  python: FlaskConical,
  shell: SquareTerminal,
  terminal: SquareTerminal,
  web: Globe,
}

/** An emoji is one character to its reader and up to eight to a computer. */
const MAX_EMOJI_UNITS = 8

interface TemplateIconProps {
  readonly icon?: string | undefined
  readonly name: string
  readonly large?: boolean
}

export function TemplateIcon({ icon, name, large }: TemplateIconProps) {
  const Known = icon ? known[icon.toLowerCase()] : undefined
  const own = icon && !/^[\w-]+$/.test(icon) && icon.length <= MAX_EMOJI_UNITS ? icon : undefined
  return (
    <span
      aria-hidden="true"
      data-tile
      className={`inline-flex shrink-0 items-center justify-center rounded-[5px] bg-accent-soft inset-ring inset-ring-accent/25 font-semibold text-accent ${large ? 'size-8 text-sm' : 'size-5 text-2xs'}`}
    >
      {Known ? <Known size={large ? 18 : 13} /> : (own ?? name.slice(0, 1).toUpperCase())}
    </span>
  )
}
