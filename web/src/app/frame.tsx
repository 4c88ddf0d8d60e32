// The frame around every page of someone who is signed in: rail, top bar, the line that says we are cut off.

import { useQuery } from '@tanstack/react-query'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { Suspense, useEffect, useState } from 'react'
import { live } from '../api/client.ts'
import { meQuery } from '../api/session.ts'
import { Go } from '../parts/go.tsx'
import { lazyPart } from '../parts/lazy-part.ts'
import { Loading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { TipLayer } from '../parts/tip-layer.tsx'
import { loginFrom } from '../session/return-to.ts'
import { words } from '../words.ts'
import { CutOff } from './cut-off.tsx'
import { Rail } from './rail.tsx'
import { TopBar } from './top-bar.tsx'
import { useKeys } from './use-keys.ts'

const Palette = lazyPart(() => import('./palette.tsx'), 'Palette')
const KeysHelp = lazyPart(() => import('./keys-help.tsx'), 'KeysHelp')

export function Frame() {
  const me = useQuery(meQuery)
  if (me.data) return <SignedIn />
  if (me.data === null) return <Go href={loginFrom} />
  return (
    <main className="mx-auto max-w-md px-6 py-24">
      {me.error ? (
        <ErrorNotice error={me.error} retry={() => void me.refetch()} />
      ) : (
        <Loading label={words.starting} />
      )}
    </main>
  )
}

type Floating = 'none' | 'palette' | 'keys'

function SignedIn() {
  const [floating, setFloating] = useState<Floating>('none')
  const navigate = useNavigate()
  useEffect(() => {
    live.open()
    return () => live.close()
  }, [])
  useKeys({
    'mod+k': () => setFloating('palette'),
    '?': () => setFloating('keys'),
    'g s': () => void navigate({ to: '/spaces' }),
    'g t': () => void navigate({ to: '/templates' }),
    'g c': () => void navigate({ to: '/cluster' }),
    n: () => void navigate({ to: '/spaces/new' }),
  })
  const close = () => setFloating('none')
  return (
    <div className="flex h-dvh">
      <a
        className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:rounded focus:bg-raised focus:px-3 focus:py-1.5"
        href="#content"
      >
        {words.nav.skip}
      </a>
      <Rail />
      <div className="flex min-w-0 grow flex-col bg-surface">
        <header className="shrink-0">
          <TopBar onKeys={() => setFloating('keys')} onPalette={() => setFloating('palette')} />
          <CutOff />
        </header>
        <main className="min-h-0 grow overflow-y-auto" id="content" tabIndex={-1}>
          <Suspense fallback={null}>
            <Outlet />
          </Suspense>
          <TipLayer />
        </main>
      </div>
      <Suspense fallback={null}>
        {floating === 'palette' && <Palette onClose={close} />}
        {floating === 'keys' && <KeysHelp onClose={close} />}
      </Suspense>
    </div>
  )
}
