// A second Docker engine for a test, beside the machine's own; it ends with the test that started it, and what a killed test
// leaves is found by its owner's note (scripts/lib/leftovers.js).

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ENGINE_FOLDER, MoreEngine, whyNoEngine } from '../../scripts/lib/more-engines.js'
import { thisProcess } from '../../server/supervisor/process.ts'

/** For a test's `skip`. */
export const noFurtherEngine: string | false = whyNoEngine() ?? false

/** Started, with these images of the machine's own engine. */
export async function openEngine(name: string, ...images: string[]): Promise<MoreEngine> {
  const folder = join(tmpdir(), `${ENGINE_FOLDER}${process.pid}-${name}`)
  const engine = new MoreEngine(folder, thisProcess())
  await engine.start()
  await engine.load(...images)
  return engine
}
