// Dialogs: Radix traps focus and gives it back to where it came from.

import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { words } from '../words.ts'
import { cx } from './class.ts'
import { IconButton } from './icon-button.tsx'
import { isUsable } from './trail.ts'

interface DialogProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  readonly description?: string
  readonly wide?: boolean
  /** Nothing in it takes the focus: the text itself does, so that keys scroll it. */
  readonly isText?: boolean
  readonly children: ReactNode
}

export function Dialog(props: DialogProps) {
  const { open, onOpenChange, title, description, wide, isText = false, children } = props
  return (
    <Radix.Root onOpenChange={onOpenChange} open={open}>
      <Radix.Portal>
        <Radix.Overlay className="fading fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          onOpenAutoFocus={focusFirst}
          className={cx(
            'arriving fixed top-[12vh] left-1/2 z-50 flex max-h-[80vh] w-[calc(100vw-24px)] -translate-x-1/2 flex-col rounded-lg border border-line bg-raised shadow-float focus:outline-none',
            wide ? 'max-w-2xl' : 'max-w-md',
          )}
        >
          <header className="flex items-start justify-between gap-4 px-5 pt-4 pb-1">
            <div>
              <Radix.Title className="font-semibold text-lg">{title}</Radix.Title>
              {description && (
                <Radix.Description className="mt-1 text-pretty text-ink-2 text-sm">
                  {description}
                </Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton
                className="max-sm:-mt-2 max-sm:-mr-3 sm:-mr-2"
                icon={X}
                label={words.actions.close}
              />
            </Radix.Close>
          </header>
          <div
            className="overflow-y-auto px-5 pt-3 pb-5"
            data-dialog-body
            {...(isText && { tabIndex: 0 })}
          >
            {children}
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** Of radio buttons the one that is chosen, as Tab would. */
const FIELD = 'input:not([type=radio]), input:checked, select, textarea'

/**
 * The first field, else what can be done first, which in a question is the way back. Not the cross above it: its tooltip
 * would open.
 */
function focusFirst(event: Event): void {
  const dialog = event.currentTarget
  if (!(dialog instanceof HTMLElement)) return
  event.preventDefault()
  const body = dialog.querySelector<HTMLElement>('[data-dialog-body]') ?? dialog
  const usable = (selector: string) =>
    [...body.querySelectorAll<HTMLElement>(selector)].find(isUsable)
  const text = body.tabIndex === 0 ? body : undefined
  ;(usable(FIELD) ?? text ?? usable('button, a[href]') ?? dialog).focus()
}

/** Stay in sight where the dialog is longer than the window; what scrolls below them fades. */
export function DialogActions({ children }: { readonly children: ReactNode }) {
  return (
    <div className="before:-top-4 sticky -bottom-5 z-10 -mx-5 mt-3 -mb-5 flex flex-wrap justify-end gap-2 bg-raised px-5 pt-2 pb-5 before:pointer-events-none before:absolute before:inset-x-0 before:h-4 before:bg-linear-to-t before:from-raised before:to-transparent">
      {children}
    </div>
  )
}
