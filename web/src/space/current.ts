// The space whose page is open. Its page has fetched it before any tab is drawn.

import { getRouteApi } from '@tanstack/react-router'
import type { Space } from '#protocol/api/spaces.ts'
import { useSpace } from '../api/spaces.ts'

const route = getRouteApi('/frame/spaces/$spaceId')

export function useCurrentSpace(): Space {
  const { spaceId } = route.useParams()
  const { data } = useSpace(spaceId)
  if (!data) throw new Error('A tab of a space was drawn before the space was there.')
  return data
}
