// Templates, their versions and the starters that come with Skein.

import { useMutation, useQuery } from '@tanstack/react-query'
import type { TemplateBundle } from '#protocol/api/bundles.ts'
import { urlOf } from '#protocol/api/client.ts'
import type { PlanTemplate } from '#protocol/api/plan.ts'
import type { SaveTemplate } from '#protocol/api/templates.ts'
import { call } from '../net/call.ts'
import { useTopics } from './client.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

export function useTemplates() {
  useTopics('templates')
  return useQuery({
    queryKey: keys.templates,
    queryFn: async ({ signal }) => (await call('GET /templates', { signal })).templates,
  })
}

export function useTemplate(id: string) {
  useTopics('templates')
  return useQuery({
    queryKey: keys.template(id),
    queryFn: ({ signal }) => call('GET /templates/:id', { params: { id }, signal }),
  })
}

export const useTemplateVersion = (id: string, versionId: string | undefined) =>
  useQuery({
    queryKey: keys.templateVersion(id, versionId ?? ''),
    queryFn: ({ signal }) =>
      call('GET /templates/:id/versions/:versionId', {
        params: { id, versionId: versionId ?? '' },
        signal,
      }),
    enabled: versionId !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })

export const useStarters = () =>
  useQuery({
    queryKey: keys.starters,
    queryFn: async ({ signal }) => (await call('GET /starters', { signal })).starters,
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Checks a source as it stands. The key is the source, so going back to an earlier text costs nothing. */
export const useTemplateCheck = (source: string) =>
  useQuery({
    queryKey: ['template-check', source],
    queryFn: ({ signal }) => call('POST /templates/check', { body: { source }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: (previous) => previous,
    enabled: source.trim() !== '',
  })

/** The language of templates as JSON Schema. */
export const useTemplateSchema = () =>
  useQuery({
    queryKey: keys.templateSchema,
    queryFn: ({ signal }) => call('GET /templates/schema', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** What a text would do. Spaces start and stop meanwhile, so an old answer is asked for again. */
export const useTemplatePlan = (plan: PlanTemplate, enabled: boolean) =>
  useQuery({
    queryKey: keys.templatePlan(JSON.stringify(plan)),
    queryFn: ({ signal }) => call('POST /templates/plan', { body: plan, signal }),
    gcTime: 60_000,
    placeholderData: (previous) => previous,
    enabled,
  })

export const convertCompose = (source: string) =>
  call('POST /templates/compose', { body: { source } })

export const useImportTemplate = () =>
  useMutation({
    mutationFn: (wish: { bundle: TemplateBundle; allow: boolean }) =>
      call('POST /templates/import', { body: wish }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.templates }),
  })

/** By the browser's own download. */
export const exportUrl = (id: string): string =>
  urlOf('GET /templates/:id/export', { params: { id } })

export const useSaveTemplate = (id?: string) =>
  useMutation({
    mutationFn: (save: SaveTemplate) =>
      id
        ? call('PUT /templates/:id', { params: { id }, body: save })
        : call('POST /templates', { body: save }),
    // At once, so that nothing that was published looks as if it were not.
    onSuccess: (saved) => queryClient.setQueryData(keys.template(saved.id), saved),
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: ['template'] })
      return queryClient.invalidateQueries({ queryKey: keys.templates })
    },
  })

export const useDeleteTemplate = () =>
  useMutation({
    mutationFn: (id: string) => call('DELETE /templates/:id', { params: { id } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.templates }),
  })
