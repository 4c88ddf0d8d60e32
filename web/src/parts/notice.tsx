// What went wrong: its sentence, what to do about it, and its code. And the same shape for plain advice.

import { CircleAlert, Info, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { shown } from '../net/request.ts'
import { words } from '../words.ts'
import { Button } from './button.tsx'
import { cx } from './class.ts'
import { Quoting } from './quoting.tsx'

interface ErrorNoticeProps {
  readonly error: unknown
  readonly retry?: (() => void) | undefined
  readonly className?: string
}

export function ErrorNotice({ error, retry, className }: ErrorNoticeProps) {
  const { message, hint, code } = shown(error)
  return (
    <div
      className={cx('flex gap-2.5 rounded-md bg-red-soft px-3 py-2.5 text-sm', className)}
      role="alert"
    >
      <CircleAlert aria-hidden="true" className="mt-0.5 shrink-0 text-red" size={16} />
      <div className="min-w-0 grow">
        <p className="font-medium text-ink">
          <Quoting text={message} />
        </p>
        <p className="mt-0.5 text-ink-2">
          <Quoting text={hint} />{' '}
          <code className="whitespace-nowrap font-mono text-ink-2 text-xs">{code}</code>
        </p>
      </div>
      {retry && (
        <Button icon={RotateCw} onClick={retry} small>
          {words.actions.tryAgain}
        </Button>
      )}
    </div>
  )
}

export function Advice({ children }: { readonly children: ReactNode }) {
  return (
    <div className="flex gap-2.5 rounded-md bg-sunken px-3 py-2.5 text-ink-2 text-sm">
      <Info aria-hidden="true" className="mt-0.5 shrink-0" size={16} />
      <div className="min-w-0 grow">{children}</div>
    </div>
  )
}
