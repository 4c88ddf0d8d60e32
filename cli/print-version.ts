// `skein version`.

import { version } from '../server/version.ts'
import { print } from './output.ts'

export function printVersion(asJson: boolean): number {
  const node = process.versions.node
  print(asJson, { skein: version, node }, () => `skein ${version}, node ${node}`)
  return 0
}
