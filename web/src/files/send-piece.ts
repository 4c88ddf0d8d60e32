// One request of an upload. XMLHttpRequest, because `fetch` does not tell how much of a body has gone out.

import type { RequestError } from '../net/request.ts'
import { refusal } from './api.ts'

export interface Piece {
  readonly url: string
  readonly body: Blob
  /** Refuse when a file of the name is there. */
  readonly ifAbsent: boolean
  readonly onSent: (bytes: number) => void
  readonly signal: AbortSignal
}

/** Nothing came back: worth another try. */
export class Lost extends Error {
  override readonly name = 'Lost'
}

/** Rejects with `Lost`, a `RequestError`, or the signal's reason. */
export function sendPiece({ url, body, ifAbsent, onSent, signal }: Piece): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    signal.addEventListener('abort', abort)
    request.upload.onprogress = ({ loaded }) => onSent(loaded)
    request.onloadend = () => {
      signal.removeEventListener('abort', abort)
      if (signal.aborted) reject(signal.reason)
      else if (request.status >= 200 && request.status < 300) resolve()
      else reject(failureOf(request))
    }
    request.open('PUT', url)
    if (ifAbsent) request.setRequestHeader('if-none-match', '*')
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.send(body)
  })
}

function failureOf({ status, responseText }: XMLHttpRequest): Error {
  if (status === 0) return new Lost()
  const error = refusal(status, responseText)
  // A peer that restarts, or an agent that dials again, is back in a moment.
  return status === 503 || (status === 504 && isPassing(error)) ? new Lost() : error
}

const isPassing = ({ code }: RequestError): boolean => code === 'internal' || code === 'timeout'
