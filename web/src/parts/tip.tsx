// Tooltips: the name of an icon, the absolute of a relative time, the key of an action.

import { Tooltip } from 'radix-ui'
import type { ReactElement } from 'react'
import { Keys } from './keys.tsx'
import { overlayRoot } from './overlay-root.ts'

interface TipProps {
  readonly text: string
  readonly keys?: string | undefined
  readonly children: ReactElement
}

export function Tip({ text, keys, children }: TipProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal container={overlayRoot()}>
        <Tooltip.Content
          className="fading z-50 flex max-w-80 items-center gap-2 rounded border border-line bg-raised px-2 py-1 text-ink text-xs shadow-float"
          collisionPadding={8}
          sideOffset={5}
        >
          {text}
          {keys && <Keys keys={keys} />}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}

export const TipProvider = Tooltip.Provider
