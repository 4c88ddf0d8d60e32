// Tooltips: the name of an icon, the absolute of a relative time, the key of an action. An element only says what its
// tip is; one layer for the whole page shows it. A thousand rows therefore cost nothing.

import { cloneElement, type ReactElement } from 'react'

interface TipProps {
  readonly text: string
  readonly keys?: string | undefined
  readonly children: ReactElement<Record<string, unknown>>
}

export function Tip({ text, keys, children }: TipProps) {
  return cloneElement(children, { 'data-tip': text, 'data-tip-keys': keys })
}
