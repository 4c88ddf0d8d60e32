// The second factor of one's own account: whether there is one, and its beginning and end.

import { ShieldCheck, ShieldOff } from 'lucide-react'
import { Suspense, useState } from 'react'
import type { Factor } from '#protocol/api/factors.ts'
import { useFactor } from '../api/factor.ts'
import { Button } from '../parts/button.tsx'
import { lazyPart } from '../parts/lazy-part.ts'
import { Loading } from '../parts/loading.tsx'
import { Day } from '../parts/moment.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'

const Enrol = lazyPart(() => import('./enrol.tsx'), 'Enrol')
const RenewCodes = lazyPart(() => import('./factor-dialogs.tsx'), 'RenewCodes')
const RemoveFactor = lazyPart(() => import('./factor-dialogs.tsx'), 'RemoveFactor')
const text = words.factor

type Floating = 'none' | 'enrol' | 'codes' | 'remove'

export function FactorSection() {
  const factor = useFactor()
  const [floating, setFloating] = useState<Floating>('none')
  const close = () => setFloating('none')
  if (factor.isPending) return <Loading label={text.loading} />
  if (factor.error) return <ErrorNotice error={factor.error} retry={() => void factor.refetch()} />
  return (
    <>
      {factor.data ? (
        <On factor={factor.data} onFloat={setFloating} />
      ) : (
        <div className="flex flex-col gap-3">
          <p className="text-ink-3 text-sm">{text.off}</p>
          <Button className="self-start" icon={ShieldCheck} onClick={() => setFloating('enrol')}>
            {text.setUp}
          </Button>
        </div>
      )}
      <Suspense fallback={null}>
        {floating === 'enrol' && <Enrol onClose={close} />}
        {floating === 'codes' && <RenewCodes onClose={close} />}
        {floating === 'remove' && <RemoveFactor onClose={close} />}
      </Suspense>
    </>
  )
}

interface OnProps {
  readonly factor: Factor
  readonly onFloat: (floating: Floating) => void
}

function On({ factor, onFloat }: OnProps) {
  return (
    <div className="flex flex-col gap-3">
      <p className="flex items-center gap-2 text-sm">
        <ShieldCheck aria-hidden="true" className="text-green" size={18} />
        <span>
          {text.on}, <Day at={factor.since} />. {text.codesLeft(factor.recoveryLeft)}
        </span>
      </p>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => onFloat('codes')}>{text.renew}</Button>
        <Button icon={ShieldOff} kind="quiet" onClick={() => onFloat('remove')}>
          {text.remove}
        </Button>
      </div>
    </div>
  )
}
