// The page's client of the API. What is asked and answered comes from the API's table, as types alone: this holds no schema.

import { createClient } from '#protocol/api/client.ts'
import { request } from './request.ts'

export interface Sending {
  readonly signal?: AbortSignal
}

/** `call('GET /users/:id', { params: { id } })`. Rejects with `RequestError`, and as `signal` has it. */
export const { call } = createClient<Sending>(request)
