// The frame of the small signs that stand beside a state's word; what is drawn in it is the state's own.

import type { ReactNode } from 'react'
import { cx } from './class.ts'

interface SignProps {
  /** Its colour. */
  readonly className: string
  readonly children: ReactNode
}

export function Sign({ className, children }: SignProps) {
  return (
    <svg
      aria-hidden="true"
      className={cx('shrink-0', className)}
      fill="none"
      height={12}
      stroke="currentColor"
      strokeLinecap="round"
      strokeWidth={1.75}
      viewBox="0 0 12 12"
      width={12}
    >
      {children}
    </svg>
  )
}
