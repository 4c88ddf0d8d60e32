// What a verification comes to, for people and programs. Pure.

import type { AuditChain, AuditReport } from '#protocol/api/audit.ts'
import { type Link, type Verdict, verifyChain } from './verify.ts'

export type { AuditReport }

export interface Reporting {
  /** The cluster's public key, hexadecimal. */
  readonly key: string
  readonly own: string
  /** Origins of which something is still on its way here: what does not fit yet may fit in a moment. */
  readonly arriving: ReadonlySet<string>
  /** Nothing younger should have been removed. */
  readonly cutoffMs: number
  readonly atMs: number
}

export function reportOn(
  trail: ReadonlyMap<string, readonly Link[]>,
  { key, own, arriving, cutoffMs, atMs }: Reporting,
): AuditReport {
  const chains = [...trail].map(([origin, links]) =>
    chainOf(origin, verifyChain(origin, links), { own, arriving, cutoffMs }),
  )
  const isWhole = chains.every(({ broken }) => broken === undefined)
  return { isWhole, at: iso(atMs), key, chains }
}

function chainOf(
  origin: string,
  { entries, sealed, checkpoints, beginsMs, isCut, broken }: Verdict,
  { own, arriving, cutoffMs }: Pick<Reporting, 'own' | 'arriving' | 'cutoffMs'>,
): AuditChain {
  const isArriving = arriving.has(origin)
  // A forged checkpoint is one whatever else is still to come.
  const isBroken = broken !== undefined && (!isArriving || broken.reason === 'forged')
  return {
    ...(isArriving && { isArriving }),
    ...{ origin, isOwn: origin === own, entries, sealed, checkpoints, isCut },
    ...(beginsMs !== undefined && { begins: iso(beginsMs) }),
    ...(isCut && beginsMs !== undefined && beginsMs > cutoffMs && { isCutEarly: true }),
    ...(isBroken && {
      broken: {
        id: `${origin}-${broken.seq}-${broken.index}`,
        at: iso(broken.atMs),
        reason: broken.reason,
      },
    }),
  }
}

const iso = (ms: number): string => new Date(ms).toISOString()
