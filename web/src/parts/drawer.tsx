// A drawer from the right for details that do not deserve a page. The page behind it stays in use; focus goes back to where
// it came from.

import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { words } from '../words.ts'
import { IconButton } from './icon-button.tsx'

interface DrawerProps {
  readonly title: string
  readonly onClose: () => void
  /** Under the title. */
  readonly lead?: ReactNode
  readonly children: ReactNode
}

export function Drawer({ title, lead, onClose, children }: DrawerProps) {
  return (
    <Radix.Root modal={false} onOpenChange={(open) => open || onClose()} open>
      <Radix.Portal>
        <Radix.Content
          aria-describedby={undefined}
          className="sliding fixed top-0 right-0 z-40 flex h-dvh w-full flex-col border-l bg-raised shadow-float focus:outline-none sm:w-[420px]"
          onInteractOutside={(event) => event.preventDefault()}
          onOpenAutoFocus={(event) => {
            event.preventDefault()
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
          }}
          tabIndex={-1}
        >
          <div className="flex items-start justify-between gap-4 border-b px-5 pt-4 pb-3">
            <div className="min-w-0">
              <Radix.Title className="truncate font-semibold text-lg">{title}</Radix.Title>
              {lead}
            </div>
            <Radix.Close asChild>
              <IconButton
                className="max-sm:-mt-1 max-sm:-mr-3 sm:-mr-2"
                icon={X}
                label={words.actions.close}
              />
            </Radix.Close>
          </div>
          <section
            aria-label={title}
            className="min-h-0 grow overflow-y-auto px-5 py-4"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must be able to
            tabIndex={0}
          >
            {children}
          </section>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
