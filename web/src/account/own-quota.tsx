// What one's own spaces take, beside what one may.

import { useUser } from '../api/people.ts'
import { Loading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { QuotaUse } from '../people/quota-use.tsx'
import { words } from '../words.ts'

export function OwnQuota({ userId }: { readonly userId: string }) {
  const user = useUser(userId)
  if (user.isPending) return <Loading label={words.person.loading} />
  if (user.error) return <ErrorNotice error={user.error} retry={() => void user.refetch()} />
  return (
    <div className="max-w-sm">
      <QuotaUse user={user.data} />
    </div>
  )
}
