// An image without a file in it, for containers that are never started: they carry files into volumes and out.

import type { Owner } from '../owner.ts'
import { folderArchive } from './archives.ts'
import { AGENT_FOLDER } from './container-spec.ts'
import type { Engine } from './engine.ts'

export const EMPTY_IMAGE = 'skein/empty:1'

export async function ensureEmptyImage(engine: Engine, owner: Owner): Promise<void> {
  if ((await engine.image(owner, EMPTY_IMAGE)) !== undefined) return
  await engine.importImage(owner, EMPTY_IMAGE, await folderArchive(AGENT_FOLDER, 0, 0))
}
