// The text as it is being written: the newest version until somebody types, then a draft that knows what it began with.

import { useState } from 'react'
import type { TemplateDetail } from '#protocol/api/templates.ts'
import { useMe } from '../api/session.ts'
import { type Draft, dropDraft, keepDraft, readDraft } from './drafts.ts'

export interface Editing {
  readonly source: string
  readonly isChanged: boolean
  /** On which version it was begun. */
  readonly base: string
  /** Somebody published since. */
  readonly isBehind: boolean
  /** Kept from an earlier visit, since when. */
  readonly found: string | undefined
  setSource(source: string): void
  /** As of the newest version: after both were put together. */
  rebase(source: string): void
  discard(): void
}

export function useEditing(template: TemplateDetail): Editing {
  const { user } = useMe()
  const newest = template.version.id
  const [draft, setDraft] = useState<Draft | undefined>(() => readDraft(user.id, template.id))
  const [isFound, setFound] = useState(draft !== undefined)
  const isChanged = draft !== undefined && draft.source !== template.source
  const put = (source: string, base: string) => {
    if (source === template.source) return drop()
    const next = { source, base, atMs: Date.now() }
    keepDraft(user.id, template.id, next)
    setDraft(next)
  }
  const drop = () => {
    dropDraft(user.id, template.id)
    setDraft(undefined)
    setFound(false)
  }
  return {
    source: draft?.source ?? template.source,
    isChanged,
    base: isChanged ? draft.base : newest,
    isBehind: isChanged && draft.base !== newest,
    found: isFound && isChanged ? new Date(draft.atMs).toISOString() : undefined,
    setSource: (source) => {
      setFound(false)
      put(source, isChanged ? draft.base : newest)
    },
    rebase: (source) => put(source, newest),
    discard: drop,
  }
}
