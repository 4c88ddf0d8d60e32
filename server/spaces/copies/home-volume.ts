// Which volume of a space is meant when nobody says: the one that holds its home. Pure.

import { SkeinError } from '#protocol/errors.ts'
import type { ParsedTemplate } from '../../templates/template.ts'
import { literal } from '../../templates/text.ts'

/** Throws `volume_missing`, with those that there are. */
export function chooseVolume(template: ParsedTemplate | undefined, wanted?: string): string {
  const names = template?.volumes.map(({ name }) => name) ?? []
  const chosen = wanted ?? homeOf(template) ?? (names.length === 1 ? names[0] : undefined)
  if (chosen !== undefined && names.includes(chosen)) return chosen
  const volumes = names.join(', ') || 'none'
  throw new SkeinError('volume_missing', { volume: wanted ?? 'for its home', volumes })
}

/** What the main service mounts at the template's home, or else what is called so. */
function homeOf(template: ParsedTemplate | undefined): string | undefined {
  const main = template?.services.find(({ name }) => name === template.main)
  const home = template?.home && literal(template.home)
  const mounted = main?.volumes.find(({ target }) => home !== undefined && literal(target) === home)
  return mounted?.name ?? template?.volumes.find(({ name }) => name === 'home')?.name
}
