// Templates, their versions and the starters that come with Skein.

import { useMutation, useQuery } from '@tanstack/react-query'
import type { ComposeImport, TemplateBundle, TemplateImport } from '#protocol/api/bundles.ts'
import type { PlanTemplate, TemplatePlan } from '#protocol/api/plan.ts'
import type {
  SaveTemplate,
  Starter,
  Template,
  TemplateCheck,
  TemplateDetail,
} from '#protocol/api/templates.ts'
import { request } from '../net/request.ts'
import { useTopics } from './client.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

export function useTemplates() {
  useTopics('templates')
  return useQuery({
    queryKey: keys.templates,
    queryFn: async ({ signal }) =>
      (await request<{ templates: Template[] }>('GET', '/templates', undefined, signal)).templates,
  })
}

export function useTemplate(id: string) {
  useTopics('templates')
  return useQuery({
    queryKey: keys.template(id),
    queryFn: ({ signal }) => request<TemplateDetail>('GET', `/templates/${id}`, undefined, signal),
  })
}

export const useTemplateVersion = (id: string, versionId: string | undefined) =>
  useQuery({
    queryKey: keys.templateVersion(id, versionId ?? ''),
    queryFn: ({ signal }) =>
      request<{ source: string }>(
        'GET',
        `/templates/${id}/versions/${versionId}`,
        undefined,
        signal,
      ),
    enabled: versionId !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })

export const useStarters = () =>
  useQuery({
    queryKey: keys.starters,
    queryFn: async ({ signal }) =>
      (await request<{ starters: Starter[] }>('GET', '/starters', undefined, signal)).starters,
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Checks a source as it stands. The key is the source, so going back to an earlier text costs nothing. */
export const useTemplateCheck = (source: string) =>
  useQuery({
    queryKey: ['template-check', source],
    queryFn: ({ signal }) => request<TemplateCheck>('POST', '/templates/check', { source }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: (previous) => previous,
    enabled: source.trim() !== '',
  })

/** The language of templates as JSON Schema. */
export const useTemplateSchema = () =>
  useQuery({
    queryKey: keys.templateSchema,
    queryFn: ({ signal }) => request<unknown>('GET', '/templates/schema', undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** What a text would do. Spaces start and stop meanwhile, so an old answer is asked for again. */
export const useTemplatePlan = (plan: PlanTemplate, enabled: boolean) =>
  useQuery({
    queryKey: keys.templatePlan(JSON.stringify(plan)),
    queryFn: ({ signal }) => request<TemplatePlan>('POST', '/templates/plan', plan, signal),
    gcTime: 60_000,
    placeholderData: (previous) => previous,
    enabled,
  })

export const convertCompose = (source: string) =>
  request<ComposeImport>('POST', '/templates/compose', { source })

export const useImportTemplate = () =>
  useMutation({
    mutationFn: (wish: { bundle: TemplateBundle; allow: boolean }) =>
      request<TemplateImport>('POST', '/templates/import', wish),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.templates }),
  })

/** By the browser's own download. */
export const exportUrl = (id: string): string => `/api/v1/templates/${id}/export`

export const useSaveTemplate = (id?: string) =>
  useMutation({
    mutationFn: (save: SaveTemplate) =>
      id
        ? request<TemplateDetail>('PUT', `/templates/${id}`, save)
        : request<TemplateDetail>('POST', '/templates', save),
    // At once, so that nothing that was published looks as if it were not.
    onSuccess: (saved) => queryClient.setQueryData(keys.template(saved.id), saved),
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: ['template'] })
      return queryClient.invalidateQueries({ queryKey: keys.templates })
    },
  })

export const useDeleteTemplate = () =>
  useMutation({
    mutationFn: (id: string) => request<unknown>('DELETE', `/templates/${id}`),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.templates }),
  })
