// The top bar: where one is, the palette, the peer that serves this page with its round trip, one's account.

import { Link, useNavigate } from '@tanstack/react-router'
import { Keyboard, LogOut, Menu as MenuIcon, Search } from 'lucide-react'
import { useLogout, useMe } from '../api/session.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { Keys } from '../parts/keys.tsx'
import { Mark } from '../parts/mark.tsx'
import { Menu, type MenuEntry } from '../parts/menu.tsx'
import { toastError } from '../parts/toast.ts'
import { words } from '../words.ts'
import { Crumbs } from './crumbs.tsx'
import { accountPlace, placesFor } from './nav.ts'
import { PeerChip } from './peer-chip.tsx'

interface TopBarProps {
  readonly onPalette: () => void
  readonly onKeys: () => void
}

export function TopBar({ onPalette, onKeys }: TopBarProps) {
  return (
    <div className="flex h-12 shrink-0 items-center gap-2 border-b px-3 sm:gap-3 sm:px-6">
      <Link aria-label={words.product} className="touch rounded sm:hidden" to="/spaces">
        <Mark size={22} />
      </Link>
      <Crumbs />
      <div className="grow" />
      <button
        className="hidden h-8 w-72 items-center gap-2 rounded border bg-sunken px-2.5 text-ink-3 text-sm hover:border-line-strong hover:text-ink-2 lg:flex"
        onClick={onPalette}
        type="button"
      >
        <Search aria-hidden="true" size={14} />
        <span className="grow whitespace-nowrap text-left">{words.top.palette}</span>
        <Keys faint keys="mod+k" />
      </button>
      <IconButton
        className="lg:hidden"
        icon={Search}
        keys="mod+k"
        label={words.top.palette}
        onClick={onPalette}
      />
      <PeerChip />
      <AccountMenu onKeys={onKeys} />
    </div>
  )
}

function AccountMenu({ onKeys }: { readonly onKeys: () => void }) {
  const me = useMe()
  const { user } = me
  const logout = useLogout()
  const navigate = useNavigate()
  const name = user.displayName || user.username
  const trigger = (
    <button
      aria-label={`${words.nav.account}: ${name}`}
      className="touch flex size-9 shrink-0 items-center justify-center rounded-full bg-accent-soft font-semibold text-accent text-sm uppercase data-[state=open]:outline-2 data-[state=open]:outline-accent sm:size-8"
      type="button"
    >
      <span className="hidden sm:inline">{name.slice(0, 1)}</span>
      <MenuIcon aria-hidden="true" className="sm:hidden" size={17} />
    </button>
  )
  const entries: readonly MenuEntry[] = [
    { kind: 'head', text: user.displayName ? `${name} (${user.username})` : name },
    ...placesFor(me).map(
      ({ to, label, icon }): MenuEntry => ({
        kind: 'item',
        icon,
        text: label,
        onPhone: true,
        onSelect: () => void navigate({ to }),
      }),
    ),
    {
      kind: 'item',
      icon: accountPlace.icon,
      text: accountPlace.label,
      onSelect: () => void navigate({ to: '/account' }),
    },
    { kind: 'item', icon: Keyboard, text: words.top.keys, keys: '?', onSelect: onKeys },
    { kind: 'line' },
    {
      kind: 'item',
      icon: LogOut,
      text: words.nav.signOut,
      onSelect: () => logout.mutate(undefined, { onError: toastError }),
    },
  ]
  return <Menu entries={entries} trigger={trigger} />
}
