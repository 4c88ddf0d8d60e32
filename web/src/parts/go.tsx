// Goes to another address of ours, once. The router's own Navigate goes again whenever it is drawn again, which is
// without end where the address that is left decides the one that is gone to.

import { useRouter } from '@tanstack/react-router'
import { useEffect, useEffectEvent } from 'react'

/** `href` is asked for at that moment, from the address that is left. */
export function Go({ href }: { readonly href: (from: string) => string }) {
  const router = useRouter()
  const go = useEffectEvent(() => router.history.replace(href(router.history.location.href)))
  useEffect(() => {
    go()
  }, [])
  return null
}
