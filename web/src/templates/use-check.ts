// Checks what is typed, a moment after the typing pauses.

import { useEffect, useState } from 'react'
import type { TemplateCheck } from '#protocol/api/templates.ts'
import { useTemplateCheck } from '../api/templates.ts'

const PAUSE_MS = 250

export interface Checked {
  readonly check: TemplateCheck | undefined
  readonly checking: boolean
  readonly error: unknown
}

export function useCheck(source: string, enabled: boolean): Checked {
  const [settled, setSettled] = useState(source)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(source), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [source])
  const query = useTemplateCheck(enabled ? settled : '')
  return {
    check: query.data,
    checking: enabled && (settled !== source || query.isFetching),
    error: query.error,
  }
}
