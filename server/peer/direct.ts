// How the door to apps finds the containers of this machine.

import type { DirectSource } from '../apps/direct/direct-ways.ts'
import type { Config } from '../config/settings.ts'
import type { Links } from '../links/links.ts'
import type { Spaces } from '../spaces/spaces.ts'

/** Nothing where every request is to go through the space's agent. */
export function directSource(
  { directApps }: Pick<Config, 'directApps'>,
  links: Pick<Links, 'linkOf'>,
  spaces: Pick<Spaces, 'locate'>,
): { readonly direct?: DirectSource } {
  if (!directApps) return {}
  const linkOf: DirectSource['linkOf'] = (space) => links.linkOf(space)
  return { direct: { linkOf, locate: (space) => spaces.locate(space) } }
}
