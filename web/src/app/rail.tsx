// The left rail: where one can go. It folds to icons, and on a phone it is the menu in the top bar instead.

import { Link } from '@tanstack/react-router'
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react'
import { useMe } from '../api/session.ts'
import { cx } from '../parts/class.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { Mark } from '../parts/mark.tsx'
import { Tip } from '../parts/tip.tsx'
import { words } from '../words.ts'
import { type Place, placesFor } from './nav.ts'
import { prefer, usePreferences } from './preferences.ts'

export function Rail() {
  const { railOpen } = usePreferences()
  const me = useMe()
  return (
    <nav
      aria-label={words.nav.label}
      className={cx(
        'hidden shrink-0 flex-col border-r bg-sunken px-2 pb-2 sm:flex',
        railOpen ? 'w-[200px]' : 'w-[49px]',
      )}
    >
      <Link
        aria-label={words.product}
        className="mb-2 flex h-12 items-center gap-2 rounded px-1.5 font-semibold text-[15px] tracking-[-0.01em]"
        to="/spaces"
      >
        <Mark size={20} />
        {railOpen && words.product}
      </Link>
      <div className="flex grow flex-col gap-0.5">
        {placesFor(me).map((place) => (
          <RailLink key={place.to} open={railOpen} place={place} />
        ))}
      </div>
      <IconButton
        icon={railOpen ? PanelLeftClose : PanelLeftOpen}
        label={railOpen ? words.nav.collapse : words.nav.expand}
        onClick={() => prefer({ railOpen: !railOpen })}
      />
    </nav>
  )
}

function RailLink({ place, open }: { readonly place: Place; readonly open: boolean }) {
  const { icon: Icon, label, to, keys } = place
  const link = (
    <Link
      activeProps={{
        className: 'bg-raised text-ink font-medium ring-1 ring-line [&>svg]:text-accent',
      }}
      aria-label={open ? undefined : label}
      className="flex h-8 items-center gap-2.5 rounded px-2 text-sm hover:text-ink"
      inactiveProps={{ className: 'text-ink-2 hover:bg-line/60' }}
      to={to}
    >
      <Icon aria-hidden="true" className="shrink-0" size={16} />
      {open && label}
    </Link>
  )
  return open ? (
    link
  ) : (
    <Tip keys={keys} text={label}>
      {link}
    </Tip>
  )
}
