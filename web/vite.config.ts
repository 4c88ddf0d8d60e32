// Builds the browser application into dist/web, where the peer serves it. Only what runs before all else is inlined: the page
// works under a policy that forbids data: fonts and every inline script but those that the peer finds in it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, minifySync, type Plugin } from 'vite'

/** Where a peer listens; `npm run dev` says it when it is elsewhere. */
const peer = process.env.SKEIN_DEV_PEER ?? 'http://127.0.0.1:7534'

/** zod checks frames in the peer and the agent; the browser has small checks of its own for the same messages. */
const withoutZod: Plugin = {
  name: 'skein-messages-without-zod',
  enforce: 'pre',
  resolveId(source, importer) {
    const isMessages = source === './messages.ts' && importer?.includes('/protocol/numbered/')
    return isMessages ? join(import.meta.dirname, 'src/terminal/messages.ts') : undefined
  },
}

/** In the page itself: what mends a page of which a part was dropped must not be such a part. */
const firstScriptsInline: Plugin = {
  name: 'skein-first-scripts-inline',
  transformIndexHtml: {
    order: 'pre',
    handler: (html) =>
      html.replaceAll(/<script src="(\/first\/[\w-]+\.js)"><\/script>/g, (_, name: string) => {
        const source = readFileSync(join(import.meta.dirname, name), 'utf8')
        return `<script>${minifySync(name, source).code}</script>`
      }),
  },
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [withoutZod, firstScriptsInline, react(), tailwind()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The page takes limits and lists from files that also hold schemas; what it does not ask for stays out of it.
    rolldownOptions: { treeshake: { manualPureFunctions: ['z'] } },
    // The terminal's chunk is above the default of 500 and is loaded on first use.
    chunkSizeWarningLimit: 700,
  },
  server: { port: 5173, proxy: { '/api': { target: peer, ws: true, changeOrigin: true } } },
})
