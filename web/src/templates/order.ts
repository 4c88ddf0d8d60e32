// Templates in lists stand by their names: the order in which they are held says nothing. Pure.

import type { Template } from '#protocol/api/templates.ts'

export const byName = (a: Pick<Template, 'name'>, b: Pick<Template, 'name'>): number =>
  a.name.localeCompare(b.name, 'en')
