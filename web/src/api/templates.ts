// Templates, their versions and the starters that come with Skein.

import { useMutation, useQuery } from '@tanstack/react-query'
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

export const useSaveTemplate = (id?: string) =>
  useMutation({
    mutationFn: (save: SaveTemplate) =>
      id
        ? request<TemplateDetail>('PUT', `/templates/${id}`, save)
        : request<TemplateDetail>('POST', '/templates', save),
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
