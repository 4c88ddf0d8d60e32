// The audit: what people did, the newest first, and whether it is still what was written.

import { getRouteApi } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import { exportUrl, useAudit } from '../api/audit.ts'
import { Button, buttonClass } from '../parts/button.tsx'
import { Empty } from '../parts/empty.tsx'
import { RowsLoading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { words } from '../words.ts'
import { AuditFilters } from './audit-filters.tsx'
import { AuditList } from './audit-list.tsx'
import { ChainBadge } from './chain-badge.tsx'
import { type AuditSearch, filterOf, isFiltered } from './filter.ts'
import { useOrigins } from './use-origins.ts'

const text = words.audit
const route = getRouteApi('/frame/audit')

export function AuditPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const origins = useOrigins()
  return (
    <Page actions={<Files search={search} />} lead={text.lead} title={text.title}>
      <ChainBadge origins={origins} />
      <AuditFilters
        onChange={(patch) =>
          void navigate({ search: (before) => ({ ...before, ...patch }), replace: true })
        }
        onClear={() => void navigate({ search: {}, replace: true })}
        origins={origins}
        search={search}
      />
      <Entries origins={origins} search={search} />
    </Page>
  )
}

function Files({ search }: { readonly search: AuditSearch }) {
  return (['csv', 'ndjson'] as const).map((format) => (
    <a className={buttonClass()} download href={exportUrl(format, filterOf(search))} key={format}>
      <Download aria-hidden="true" size={15} />
      {text.files[format]}
    </a>
  ))
}

function Entries(props: {
  readonly search: AuditSearch
  readonly origins: ReturnType<typeof useOrigins>
}) {
  const { search, origins } = props
  const audit = useAudit(filterOf(search))
  const events = audit.data?.pages.flatMap((page) => page.events) ?? []
  const isAll = audit.data !== undefined && !audit.hasNextPage
  const none = isFiltered(search) ? text.none : text.empty
  return (
    <>
      {audit.isPending && <RowsLoading label={text.loading} rows={12} />}
      {audit.error && <ErrorNotice error={audit.error} retry={() => void audit.refetch()} />}
      {events.length > 0 && <AuditList events={events} origins={origins} />}
      {isAll && events.length === 0 && <Empty text={none.text} title={none.title} />}
      {audit.hasNextPage && (
        <div className="mt-4 flex flex-col items-center gap-2">
          {events.length === 0 && <p className="text-ink-2 text-sm">{text.looked}</p>}
          <Button busy={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            {text.older}
          </Button>
        </div>
      )}
      {isAll && events.length > 0 && (
        <p className="mt-4 text-center text-ink-3 text-sm">{text.end}</p>
      )}
    </>
  )
}
