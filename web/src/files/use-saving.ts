// The text as it is in the editor, and its way back: a save replaces the version that was opened and no other.

import { useRef, useState } from 'react'
import { RequestError } from '../net/request.ts'
import { refreshFiles, saveContent } from './api.ts'

export interface Saving {
  readonly state: 'idle' | 'saving' | 'saved' | 'changed'
  readonly isDirty: boolean
  readonly error: unknown
  setText(text: string): void
  save(): void
  /** Whatever is there now: after the reader saw that it changed. */
  overwrite(): void
  /** Back to the text as it is, still not saved. */
  leave(): void
  readonly text: () => string
}

export function useSaving(spaceId: string, path: string, opened: string, etag: string): Saving {
  const text = useRef(opened)
  const saved = useRef({ text: opened, etag })
  const [isDirty, setDirty] = useState(false)
  const [state, setState] = useState<Saving['state']>('idle')
  const [error, setError] = useState<unknown>()
  const send = async (version: string | undefined): Promise<void> => {
    const going = text.current
    setState('saving')
    setError(undefined)
    try {
      const fresh = await saveContent(spaceId, path, { text: going, etag: version })
      saved.current = { text: going, etag: fresh }
      // Typing goes on while it is saved.
      setDirty(text.current !== going)
      setState('saved')
      void refreshFiles(spaceId)
    } catch (caught) {
      const isChanged = caught instanceof RequestError && caught.code === 'file_changed'
      setState(isChanged ? 'changed' : 'idle')
      if (!isChanged) setError(caught)
    }
  }
  return {
    state,
    isDirty,
    error,
    setText(next) {
      text.current = next
      setDirty(next !== saved.current.text)
    },
    save: () => {
      if (state !== 'saving' && text.current !== saved.current.text) void send(saved.current.etag)
    },
    overwrite: () => void send(undefined),
    leave: () => setState('idle'),
    text: () => text.current,
  }
}
