// The page's own frame: title, what can be done here, content of a readable width.

import { type ReactNode, useEffect } from 'react'
import { cx } from './class.ts'

interface PageProps {
  readonly title: string
  readonly lead?: string
  readonly actions?: ReactNode
  readonly narrow?: boolean
  /** As wide and, where there is room, as high as the window: what is in it scrolls by itself. */
  readonly full?: boolean
  readonly children: ReactNode
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Skein`
  }, [title])
}

export function Page({ title, lead, actions, narrow, full, children }: PageProps) {
  useTitle(title)
  return (
    <div
      className={cx(
        'w-full px-4 pt-6 sm:px-6',
        full ? 'flex min-h-0 flex-col pb-12 lg:h-full lg:pb-4' : 'pb-12',
        !full && (narrow ? 'max-w-4xl' : 'mx-auto max-w-[1328px]'),
      )}
    >
      <header className="mb-4 flex shrink-0 flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="font-semibold text-title tracking-[-0.01em]">{title}</h1>
          {lead && <p className="prose-width mt-0.5 text-pretty text-ink-2 text-sm">{lead}</p>}
        </div>
        {actions && <div className="flex items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

export function Section(props: {
  readonly title: string
  readonly text?: string
  readonly children: ReactNode
}) {
  return (
    <section className="grid gap-x-10 gap-y-4 border-t py-6 first:border-t-0 md:grid-cols-[220px_minmax(0,1fr)]">
      <div>
        <h2 className="font-semibold text-base">{props.title}</h2>
        {props.text && <p className="mt-1 text-ink-3 text-sm">{props.text}</p>}
      </div>
      <div className="min-w-0">{props.children}</div>
    </section>
  )
}
