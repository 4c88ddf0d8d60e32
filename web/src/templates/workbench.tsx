// The frame of everything that is edited here: the source on the left with its problems below, what comes of it on the right.
// Wide, both fill the window and scroll by themselves; narrow, they stand below each other.

import type { ReactNode } from 'react'

interface WorkbenchProps {
  readonly notices?: ReactNode
  readonly source: ReactNode
  readonly below: ReactNode
  readonly aside: ReactNode
}

export function Workbench({ notices, source, below, aside }: WorkbenchProps) {
  return (
    <div className="grid min-h-0 grow gap-x-6 gap-y-6 lg:grid-cols-[minmax(0,1fr)_minmax(340px,420px)]">
      <div className="flex min-h-0 min-w-0 flex-col gap-3">
        {notices}
        <div className="h-[60dvh] min-h-80 lg:h-auto lg:min-h-0 lg:grow lg:basis-0">{source}</div>
        {below}
      </div>
      <aside className="flex min-h-0 flex-col *:min-h-0 *:grow">{aside}</aside>
    </div>
  )
}
