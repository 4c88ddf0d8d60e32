// The audit: its pages, the address of its file, and whether it is whole.

import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { AuditFilter, AuditPage, AuditReport } from '#protocol/api/audit.ts'
import { request } from '../net/request.ts'
import { keys } from './keys.ts'

export type Filter = Omit<AuditFilter, 'subject'>

const queryOf = (filter: object): URLSearchParams =>
  new URLSearchParams(
    Object.entries(filter).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )

/** Newest first; new entries come when one asks again, so that nothing moves under the eye. */
export const useAudit = (filter: Filter) =>
  useInfiniteQuery({
    queryKey: keys.audit(queryOf(filter).toString()),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = queryOf({ ...filter, before: pageParam })
      return request<AuditPage>('GET', `/audit?${query}`, undefined, signal)
    },
    getNextPageParam: ({ next }) => next,
    staleTime: 0,
  })

/** Reads all of it, which takes a while: asked once, and again when somebody wants it. */
export const useAuditReport = () =>
  useQuery({
    queryKey: keys.auditReport,
    queryFn: ({ signal }) => request<AuditReport>('GET', '/audit/verify', undefined, signal),
    staleTime: 5 * 60_000,
    refetchOnWindowFocus: false,
  })

export const exportUrl = (format: 'csv' | 'ndjson', filter: Filter): string =>
  `/api/v1/audit/export?${queryOf({ ...filter, format })}`
