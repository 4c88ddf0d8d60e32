// The first file that the browser runs.

import './styles/main.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/query-client.ts'
import { meQuery } from './api/session.ts'
import { spacesQuery } from './api/spaces.ts'
import { FocusKeeper } from './app/keep-focus.ts'
import { followTheme } from './app/theme.ts'
import { Toasts } from './parts/toasts.tsx'
import { router } from './router.tsx'

/** What is drawn by then says what it waits for, ms. */
const DRAWN_BY_MS = 500
const soon = (ms: number) => new Promise((then) => setTimeout(then, ms))

followTheme()
new FocusKeeper().watch(router)
// Asked for while the page is still being put together; a page that needs it finds the answer on its way.
const fetched = prefetch()

/** Nobody's spaces are not asked for: the browser would log the refusal as an error of the page. */
async function prefetch(): Promise<void> {
  await queryClient.prefetchQuery(meQuery)
  const { pathname } = window.location
  if (queryClient.getQueryData(meQuery.queryKey) && ['/', '/spaces'].includes(pathname)) {
    await queryClient.prefetchQuery(spacesQuery)
  }
}

// Drawn once, with what it shows: on a slow processor a first drawing of nothing costs more than it tells. A page whose
// address leads nowhere is drawn as that; a server that is slow to answer is told of.
void Promise.race([Promise.allSettled([router.load(), fetched]), soon(DRAWN_BY_MS)]).then(draw)

function draw(): void {
  const root = document.getElementById('root')
  if (!root) return
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Toasts />
      </QueryClientProvider>
    </StrictMode>,
  )
}
