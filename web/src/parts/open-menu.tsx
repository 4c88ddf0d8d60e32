// The menu behind a button, by Radix. It is open when it is first drawn, because that is why it was fetched.

import { DropdownMenu as Radix } from 'radix-ui'
import { useEffect, useRef } from 'react'
import { cx } from './class.ts'
import { Keys } from './keys.tsx'
import type { MenuEntry, OpenMenuProps } from './menu.tsx'
import { overlayRoot } from './overlay-root.ts'
import { isUsable } from './trail.ts'

const ENABLED = '[role=menuitem]:not([data-disabled])'

export function OpenMenu({ trigger, entries, byKey }: OpenMenuProps) {
  const content = useRef<HTMLDivElement>(null)
  // Radix puts the focus on the first entry for keys that it saw, and the first one came before it was here.
  useEffect(() => {
    if (!byKey) return
    const first = requestAnimationFrame(() => {
      const items = content.current?.querySelectorAll<HTMLElement>(ENABLED) ?? []
      ;[...items].find(isUsable)?.focus()
    })
    return () => cancelAnimationFrame(first)
  }, [byKey])
  return (
    <Radix.Root defaultOpen modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={overlayRoot()}>
        <Radix.Content
          align="end"
          className="arriving z-50 min-w-44 rounded-md border border-line bg-raised p-1 shadow-float"
          collisionPadding={8}
          ref={content}
          sideOffset={4}
        >
          {entries.map((entry, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a menu does not change while it is open
            <Entry entry={entry} key={index} />
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

function Entry({ entry }: { readonly entry: MenuEntry }) {
  switch (entry.kind) {
    case 'line':
      return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />
    case 'head':
      return <Radix.Label className="px-2 pt-1.5 pb-1 text-ink-3 text-xs">{entry.text}</Radix.Label>
    case 'item':
      return <Item item={entry} />
  }
}

function Item({ item }: { readonly item: Extract<MenuEntry, { kind: 'item' }> }) {
  const { icon: Icon, text, onSelect, danger, disabled, keys, onPhone } = item
  return (
    <Radix.Item
      className={cx(
        'flex h-11 select-none items-center gap-2 rounded px-2 text-sm outline-none data-[disabled]:opacity-50 sm:h-8',
        danger ? 'text-red data-[highlighted]:bg-red-soft' : 'text-ink data-[highlighted]:bg-hover',
        onPhone && 'sm:hidden',
      )}
      disabled={disabled ?? false}
      onSelect={onSelect}
    >
      <Icon aria-hidden="true" className={danger ? '' : 'text-ink-3'} size={15} />
      <span className="grow">{text}</span>
      {keys && <Keys faint keys={keys} />}
    </Radix.Item>
  )
}
