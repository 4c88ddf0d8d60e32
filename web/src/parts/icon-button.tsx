// A button that is only an icon: it always has a name, shown as its tooltip.

import type { LucideIcon } from 'lucide-react'
import type { ButtonHTMLAttributes, Ref } from 'react'
import { cx } from './class.ts'
import { Tip } from './tip.tsx'

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly icon: LucideIcon
  readonly label: string
  readonly keys?: string
  readonly ref?: Ref<HTMLButtonElement>
}

export function IconButton(props: IconButtonProps) {
  const { icon: Icon, label, keys, className, ...rest } = props
  return (
    <Tip keys={keys} text={label}>
      <button
        aria-label={label}
        type="button"
        {...rest}
        className={cx(
          'touch inline-flex size-10 shrink-0 items-center justify-center rounded text-ink-2 transition-colors duration-100 hover:bg-hover hover:text-ink disabled:opacity-50 data-[state=open]:bg-hover aria-pressed:bg-accent-soft aria-pressed:text-accent sm:size-7',
          className,
        )}
      >
        <Icon aria-hidden="true" size={16} />
      </button>
    </Tip>
  )
}
