// Publishing and going back: each is a new version, and each can be taken back while its news is shown.

import { useState } from 'react'
import type { TemplateDetail, TemplateVersion } from '#protocol/api/templates.ts'
import { useSaveTemplate } from '../api/templates.ts'
import { call } from '../net/call.ts'
import { RequestError } from '../net/request.ts'
import { toast, toastError } from '../parts/toast.ts'
import { words } from '../words.ts'

const text = words.publish

interface Wish {
  readonly source: string
  readonly note: string
  /** The version on which it was made. */
  readonly base: string
  readonly allow?: boolean
}

interface Said {
  readonly text: (saved: TemplateDetail) => string
  readonly onDone?: () => void
  /** Who lost a race is told in another way than by an error. */
  readonly onConflict?: () => void
}

export function usePublish(template: TemplateDetail) {
  const mutation = useSaveTemplate(template.id)
  const [error, setError] = useState<unknown>()
  const put = async (wish: Wish, said: Said): Promise<void> => {
    setError(undefined)
    const before = { source: template.source, number: template.version.number }
    try {
      const saved = await mutation.mutateAsync(wish)
      said.onDone?.()
      const undo = () =>
        void undone(saved, before.source).catch((caught: unknown) => toastError(caught))
      toast({
        text: said.text(saved),
        tone: 'good',
        ...(saved.version.number > before.number && {
          action: { text: words.templateEditor.undo, run: undo },
        }),
      })
    } catch (caught) {
      const isConflict = caught instanceof RequestError && caught.code === 'conflict'
      if (isConflict && said.onConflict) said.onConflict()
      else setError(caught)
    }
  }
  /** Against what was just saved, whatever this page shows by then. */
  const undone = async (saved: TemplateDetail, source: string): Promise<void> => {
    const { number, id } = saved.version
    const note = text.undoNote(number)
    const back = await mutation.mutateAsync({ source, note, base: id })
    toast({ text: text.undone(back.version.number - 2), tone: 'good' })
  }
  const restore = async (version: TemplateVersion): Promise<void> => {
    setError(undefined)
    try {
      const { source } = await fetchVersion(template.id, version.id)
      const from = template.version.number
      const isBack = version.number === from - 1
      const note = isBack
        ? words.versions.rollBackNote(from, version.number)
        : words.template.restoreNote(version.number)
      await put(
        { source, note, base: template.version.id },
        { text: (saved) => words.versions.restored(version.number, saved.version.number) },
      )
    } catch (caught) {
      setError(caught)
    }
  }
  return { busy: mutation.isPending, error, put, restore }
}

export const fetchVersion = (templateId: string, versionId: string) =>
  call('GET /templates/:id/versions/:versionId', { params: { id: templateId, versionId } })
