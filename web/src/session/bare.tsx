// The frame of pages outside the frame: the mark, one column, nothing else.

import { type ReactNode, useEffect, useRef } from 'react'
import { Mark } from '../parts/mark.tsx'
import { useTitle } from '../parts/page.tsx'
import { words } from '../words.ts'

interface BareProps {
  readonly title: string
  readonly lead?: string
  readonly wide?: boolean
  readonly children: ReactNode
}

export function Bare({ title, lead, wide, children }: BareProps) {
  useTitle(title)
  const heading = useRef<HTMLHeadingElement>(null)
  const shown = useRef(title)
  // The next step at the same address is another page to whoever takes it.
  useEffect(() => {
    if (shown.current !== title) heading.current?.focus()
    shown.current = title
  }, [title])
  return (
    <main className="flex min-h-dvh flex-col items-center bg-page px-4 pt-[12vh] pb-12">
      <div className={`w-full ${wide ? 'max-w-xl' : 'max-w-[360px]'}`}>
        <div className="mb-6 flex items-center gap-2.5">
          <Mark size={28} />
          <span className="font-semibold text-[17px] tracking-[-0.01em]">{words.product}</span>
        </div>
        <div className="rounded-lg border bg-surface px-5 py-6 sm:px-7">
          <h1 className="font-semibold text-title tracking-[-0.01em]" ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead && <p className="mt-1 text-ink-2 text-sm">{lead}</p>}
          <div className="mt-5">{children}</div>
        </div>
      </div>
    </main>
  )
}
