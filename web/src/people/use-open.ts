// Whose details are open beside the list: the address says it, so that it can be shared and gone back from.

import { getRouteApi } from '@tanstack/react-router'

const route = getRouteApi('/frame/people')

export function useOpen() {
  const { open } = route.useSearch()
  const navigate = route.useNavigate()
  return {
    open,
    show: (id: string | undefined) =>
      void navigate({ search: (before) => ({ ...before, open: id }), replace: true }),
  }
}
