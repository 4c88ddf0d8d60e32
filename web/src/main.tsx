// The first file that the browser runs.

import './styles/main.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/client.ts'
import { followTheme } from './app/theme.ts'
import { TipProvider } from './parts/tip.tsx'
import { Toasts } from './parts/toasts.tsx'
import { router } from './router.tsx'

const TIP_AFTER_MS = 400

followTheme()

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <TipProvider delayDuration={TIP_AFTER_MS}>
          <RouterProvider router={router} />
          <Toasts />
        </TipProvider>
      </QueryClientProvider>
    </StrictMode>,
  )
}
