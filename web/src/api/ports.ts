// Who may open a port of a space in a browser.

import { useMutation } from '@tanstack/react-query'
import type { SharePort } from '#protocol/api/spaces.ts'
import { call } from '../net/call.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

export const useSharePort = (spaceId: string) =>
  useMutation({
    mutationFn: ({ port, share }: { port: number; share: SharePort }) =>
      call('PUT /spaces/:id/ports/:port', { params: { id: spaceId, port }, body: share }),
    // The dialog closes when the mark in the list says the new thing.
    onSettled: () =>
      Promise.all(
        [keys.space(spaceId), keys.spaces].map((queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      ),
  })
