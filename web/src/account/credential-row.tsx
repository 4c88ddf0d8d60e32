// A key or a token in its list: what it is called, what is known of it, and its end.

import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '../parts/button.tsx'
import { Moment } from '../parts/moment.tsx'

interface CredentialRowProps {
  readonly icon: LucideIcon
  readonly name: string
  readonly children: ReactNode
  readonly end: string
  readonly endLabel: string
  /** Absent for who may not. */
  readonly onEnd: (() => void) | undefined
}

export function CredentialRow(props: CredentialRowProps) {
  const { icon: Icon, name, children, end, endLabel, onEnd } = props
  return (
    <li className="flex min-h-12 items-center gap-3 border-b py-2 text-sm last:border-b-0">
      <Icon aria-hidden="true" className="shrink-0 text-ink-3" size={18} />
      <div className="min-w-0 grow">
        <p className="truncate font-medium" title={name}>
          {name}
        </p>
        {children}
      </div>
      {onEnd && (
        <Button aria-label={endLabel} onClick={onEnd} small>
          {end}
        </Button>
      )}
    </li>
  )
}

/** “last used 3 h ago”, or that it never was. */
export function LastUsed(props: {
  readonly at: string | undefined
  readonly used: string
  readonly unused: string
}) {
  if (props.at === undefined) return props.unused
  return (
    <>
      {props.used} <Moment at={props.at} />
    </>
  )
}
