// `skein audit verify`: whether the audit is what was written, as the peer of a data folder finds it. For whoever has the
// machine, over the peer's own socket. Ends with status 1 when a chain is broken.

import type { AuditChain, AuditReport } from '#protocol/api/audit.ts'
import { loadConfig } from '../server/config/load.ts'
import { askPeer } from '../server/peer/control.ts'
import { print } from './output.ts'

const BROKEN_STATUS = 1

export async function auditVerify(words: readonly string[], asJson: boolean): Promise<number> {
  const { data } = loadConfig({ words }).config
  const report = await askPeer(data, { ask: 'audit-verify' })
  print(asJson, report, () => textOf(report))
  return report.isWhole ? 0 : BROKEN_STATUS
}

const reasons = {
  altered: 'it was changed, put in or moved, or an entry before it was taken out',
  missing: 'sealed entries after it are gone',
  forged: 'it says to be a checkpoint, and the cluster has not signed it',
} as const

export function textOf({ chains, key, isWhole }: AuditReport): string {
  const verdict = isWhole ? 'The audit is whole.' : 'The audit is BROKEN.'
  return [...chains.flatMap(linesOf), '', verdict, `Signed by the cluster’s key ${key}.`].join('\n')
}

function linesOf(chain: AuditChain): string[] {
  const {
    origin,
    isOwn,
    entries,
    sealed,
    checkpoints,
    begins,
    isCut,
    isCutEarly,
    isArriving,
    broken,
  } = chain
  const since = begins === undefined ? '' : `, from ${begins.slice(0, 19).replace('T', ' ')}`
  const cut = isCut ? ', older ones were removed' : ''
  const lines = [
    `${origin}${isOwn ? ' (this one)' : ''}: ${entries} entries${since}${cut}`,
    `  ${sealed} sealed by ${checkpoints} checkpoints, ${entries - sealed} not yet`,
  ]
  if (isCutEarly) lines.push('  more was removed than the present --audit-days would')
  if (isArriving) lines.push('  not all of it has arrived here yet')
  if (broken) {
    lines.push(`  BROKEN at entry ${broken.id} of ${broken.at}: ${reasons[broken.reason]}`)
  }
  return lines
}
