// Goes to another address of ours, once. The router's own Navigate goes again whenever it is drawn again, which is
// without end where the address that is left decides the one that is gone to.

import { useRouter } from '@tanstack/react-router'
import { useEffect, useEffectEvent } from 'react'

/** Addresses that the server answers itself: the way into an app leads through one. */
export const isOfServer = (href: string): boolean => href.startsWith('/apps/')

/** `href` is asked for at that moment, from the address that is left. */
export function Go({ href }: { readonly href: (from: string) => string }) {
  const router = useRouter()
  const go = useEffectEvent(() => {
    const to = href(router.history.location.href)
    if (isOfServer(to)) window.location.replace(to)
    else router.history.replace(to)
  })
  useEffect(() => {
    go()
  }, [])
  return null
}
