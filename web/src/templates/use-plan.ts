// The plan of what is typed, a moment after the typing pauses, with the answers that were tried in the form.

import { useEffect, useState } from 'react'
import type { TemplatePlan } from '#protocol/api/plan.ts'
import type { Parameter } from '#protocol/api/templates.ts'
import { useTemplatePlan } from '../api/templates.ts'
import { sentValues, type Values } from '../spaces/parameters.ts'

/** Longer than for the check: it goes through every space. */
const PAUSE_MS = 500

export interface Planned {
  readonly plan: TemplatePlan | undefined
  readonly isPlanning: boolean
  readonly error: unknown
}

interface PlanWish {
  readonly source: string
  readonly templateId?: string | undefined
  readonly parameters: readonly Parameter[]
  readonly values: Values
  readonly enabled: boolean
}

export function usePlan({ source, templateId, parameters, values, enabled }: PlanWish): Planned {
  // Secrets are tried in the form only; a plan never needs one.
  const told = parameters.filter(({ type }) => type !== 'secret')
  const wish = JSON.stringify({
    source,
    ...(templateId && { templateId }),
    parameters: sentValues(told, values),
  })
  const [settled, setSettled] = useState(wish)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(wish), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [wish])
  const query = useTemplatePlan(JSON.parse(settled), enabled && source.trim() !== '')
  const isPlanning = enabled && (settled !== wish || query.isFetching)
  return { plan: query.data, isPlanning, error: query.error }
}
