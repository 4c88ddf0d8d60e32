// Menus, by Radix: arrows, type-ahead, focus given back.

import type { LucideIcon } from 'lucide-react'
import { DropdownMenu as Radix } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
import { cx } from './class.ts'
import { Keys } from './keys.tsx'
import { overlayRoot } from './overlay-root.ts'

interface MenuProps {
  readonly trigger: ReactElement
  readonly children: ReactNode
  readonly align?: 'start' | 'end'
}

export function Menu({ trigger, children, align = 'end' }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={overlayRoot()}>
        <Radix.Content
          align={align}
          className="arriving z-50 min-w-44 rounded-md border border-line bg-raised p-1 shadow-float"
          collisionPadding={8}
          sideOffset={4}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

interface MenuItemProps {
  readonly icon: LucideIcon
  readonly children: ReactNode
  readonly onSelect: () => void
  readonly danger?: boolean
  readonly disabled?: boolean
  readonly keys?: string
}

export function MenuItem(props: MenuItemProps) {
  const { icon: Icon, children, onSelect, danger, disabled, keys } = props
  return (
    <Radix.Item
      className={cx(
        'flex h-8 select-none items-center gap-2 rounded px-2 text-sm outline-none data-[disabled]:opacity-50',
        danger ? 'text-red data-[highlighted]:bg-red-soft' : 'text-ink data-[highlighted]:bg-hover',
      )}
      {...(disabled ? { disabled } : {})}
      onSelect={onSelect}
    >
      <Icon aria-hidden="true" className={danger ? '' : 'text-ink-3'} size={15} />
      <span className="grow">{children}</span>
      {keys && <Keys faint keys={keys} />}
    </Radix.Item>
  )
}

export const MenuLine = () => <Radix.Separator className="-mx-1 my-1 h-px bg-line" />

export const MenuHead = ({ children }: { readonly children: ReactNode }) => (
  <Radix.Label className="px-2 pt-1.5 pb-1 text-ink-3 text-xs">{children}</Radix.Label>
)
