// What `skein backup` and `skein restore` say of a backup, in the same words.

import type { Contents, Header } from '../../server/backup/format.ts'
import { NOT_KEPT } from '../../server/backup/kept.ts'

/** Kinds as people call them; what is not here is called by its kind. */
const NAMES: Record<string, string> = {
  user: 'users',
  session: 'sessions',
  sshKey: 'SSH keys',
  token: 'tokens',
  template: 'templates',
  templateVersion: 'template versions',
  space: 'spaces',
  host: 'hosts',
  setting: 'settings',
  claim: 'claims',
  tombstone: 'tombstones',
}

export function countsText({ counts }: Contents): string {
  const known = Object.entries(counts).filter(([, count]) => count > 0)
  return known.map(([kind, count]) => `${count} ${NAMES[kind] ?? kind}`).join(', ') || 'nothing'
}

export function newestText({ newestMs }: Contents): string {
  return newestMs === 0 ? 'none' : timeText(new Date(newestMs).toISOString())
}

export const timeText = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`

export function keysText({ files }: Header): string {
  const keys = files.map(({ name }) => name).filter((name) => name !== 'state.db')
  return keys.join(', ') || 'none (the server has never started on this folder)'
}

export const notKeptText = (): string => NOT_KEPT.join('; ')
