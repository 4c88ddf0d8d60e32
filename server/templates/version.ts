// A version of a template as the API shows it.

import type { TemplateVersion } from '#protocol/api/templates.ts'
import type { UserId } from '#protocol/ids.ts'
import type { Row, View } from '../records/records.ts'

export function showVersion(
  records: Pick<View, 'get'>,
  { id, groups: { body, permission } }: Row<'templateVersion'>,
): TemplateVersion {
  const person = (userId: string) => ({
    id: userId,
    name: records.get('user', userId as UserId)?.groups.profile?.username ?? userId,
  })
  return {
    id,
    number: body?.number ?? 0,
    note: body?.note ?? '',
    author: person(body?.authorId ?? ''),
    createdAt: iso(body?.createdAt ?? 0),
    ...(permission && {
      permission: {
        reaches: permission.reaches,
        by: person(permission.by),
        at: iso(permission.at),
      },
    }),
  }
}

const iso = (ms: number): string => new Date(ms).toISOString()
