// Buttons. One primary a page; everything else is quiet.

import { LoaderCircle, type LucideIcon } from 'lucide-react'
import type { ButtonHTMLAttributes, MouseEvent, ReactNode, Ref } from 'react'
import { cx } from './class.ts'

export type ButtonKind = 'primary' | 'plain' | 'quiet' | 'danger'

const kinds: Record<ButtonKind, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong border-transparent font-medium',
  plain: 'bg-surface text-ink border-line-strong hover:bg-hover',
  quiet: 'border-transparent text-ink-2 hover:bg-hover hover:text-ink',
  danger: 'border-transparent bg-red-soft text-red hover:bg-red hover:text-surface font-medium',
}

/** For links that look like buttons. */
export const buttonClass = (kind: ButtonKind = 'plain', small = false): string =>
  cx(
    'touch inline-flex shrink-0 select-none items-center justify-center gap-1.5 rounded border whitespace-nowrap transition-colors duration-100',
    'disabled:pointer-events-none disabled:opacity-55 aria-disabled:opacity-55',
    small ? 'h-10 px-3 text-sm sm:h-7 sm:px-2' : 'h-11 px-4 text-sm sm:h-8 sm:px-3',
    kinds[kind],
  )

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: ButtonKind
  readonly small?: boolean
  readonly icon?: LucideIcon
  /** Work is under way: the button keeps its width and its words. */
  readonly busy?: boolean
  readonly children: ReactNode
  readonly ref?: Ref<HTMLButtonElement>
}

/** A busy button stays where the keys are, which one that is disabled does not; nor does Enter in a field press it. */
const refuse = (event: MouseEvent): void => event.preventDefault()

export function Button(props: ButtonProps) {
  const { kind, small, icon: Icon, busy, children, className, ...rest } = props
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={busy || rest['aria-disabled']}
      className={cx(buttonClass(kind, small), className)}
      onClick={busy ? refuse : rest.onClick}
    >
      {busy ? (
        <LoaderCircle aria-hidden="true" className="turning" size={15} />
      ) : (
        Icon && <Icon aria-hidden="true" size={15} />
      )}
      {children}
    </button>
  )
}
