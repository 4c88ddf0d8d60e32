// The audit: its pages, the address of its file, and whether it is whole.

import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { AuditFilter } from '#protocol/api/audit.ts'
import { addressOf, urlOf } from '#protocol/api/client.ts'
import { call } from '../net/call.ts'
import { keys } from './keys.ts'

export type Filter = Omit<AuditFilter, 'subject'>

/** Newest first; new entries come when one asks again, so that nothing moves under the eye. */
export const useAudit = (filter: Filter) =>
  useInfiniteQuery({
    queryKey: keys.audit(addressOf('GET /audit', { query: filter })),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      call('GET /audit', { query: { ...filter, before: pageParam }, signal }),
    getNextPageParam: ({ next }) => next,
    staleTime: 0,
  })

/** Reads all of it, which takes a while: asked once, and again when somebody wants it. */
export const useAuditReport = () =>
  useQuery({
    queryKey: keys.auditReport,
    queryFn: ({ signal }) => call('GET /audit/verify', { signal }),
    staleTime: 5 * 60_000,
    refetchOnWindowFocus: false,
  })

export const exportUrl = (format: 'csv' | 'ndjson', filter: Filter): string =>
  urlOf('GET /audit/export', { query: { ...filter, format } })
