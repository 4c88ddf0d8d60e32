// A page with nothing on it yet says what belongs there and how it gets there.

import type { ReactNode } from 'react'

interface EmptyProps {
  readonly picture?: ReactNode
  readonly title: string
  readonly text: string
  /** It is all that the page has. */
  readonly whole?: boolean
  readonly children?: ReactNode
}

export function Empty({ picture, title, text, whole, children }: EmptyProps) {
  const Title = whole ? 'h1' : 'h2'
  return (
    <div className="flex flex-col items-center px-6 py-16 text-center">
      {picture && <div className="mb-4 text-ink-3">{picture}</div>}
      <Title className="font-semibold text-lg">{title}</Title>
      <p className="mt-1 max-w-[48ch] text-ink-2 text-sm">{text}</p>
      {children && <div className="mt-5 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  )
}
