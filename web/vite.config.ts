// Builds the browser application into dist/web, where the peer serves it. Nothing is inlined, so that the page works
// under a policy that forbids inline scripts and data: fonts.

import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `npm run dev` and the fixture both set this; a peer listens on 7534. */
const peer = process.env['SKEIN_DEV_PEER'] ?? 'http://127.0.0.1:7534'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwind()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The terminal's chunk is above the default of 500 and is loaded on first use.
    chunkSizeWarningLimit: 700,
  },
  server: { port: 5173, proxy: { '/api': { target: peer, ws: true, changeOrigin: true } } },
})
