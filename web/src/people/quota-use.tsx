// What somebody's spaces take, beside what they may.

import type { UserDetail } from '#protocol/api/people.ts'
import { quotaNames } from '#protocol/api/quota-names.ts'
import { words } from '../words.ts'
import { amountText } from './quota-text.ts'

const text = words.quota

export function QuotaUse(props: { readonly user: Pick<UserDetail, 'effectiveQuota' | 'used'> }) {
  const { effectiveQuota, used } = props.user
  return (
    <dl className="text-sm">
      {quotaNames.map((name) => {
        const limit = effectiveQuota[name]
        const taken = amountText(name, used[name])
        return (
          <div className="flex min-h-7 items-center justify-between gap-4" key={name}>
            <dt className="text-ink-3">{text.names[name]}</dt>
            <dd className="tabular">
              {limit === undefined
                ? text.unlimited(taken)
                : text.used(taken, amountText(name, limit))}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}
