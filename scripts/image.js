// `npm run image`: the peer's image, and what docker-compose.yml needs to know of this machine. Runs on Node 20.

import { ensureEngine } from './lib/engine.js'
import { ensureBaseImage } from './lib/images.js'
import { buildPeerImage, ensureNodeImage, writeEnvironment } from './lib/peer-image.js'
import { main } from './lib/say.js'

await main(async () => {
  await ensureEngine()
  const base = await ensureNodeImage()
  await buildPeerImage(base)
  await ensureBaseImage()
  writeEnvironment(base)
})
