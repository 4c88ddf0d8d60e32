// Which Skein this is.

import manifest from '../package.json' with { type: 'json' }
import { print } from './output.ts'

export const version: string = manifest.version

export function printVersion(asJson: boolean): number {
  const node = process.versions.node
  print(asJson, { skein: version, node }, () => `skein ${version}, node ${node}`)
  return 0
}
