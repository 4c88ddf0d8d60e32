// Hands this page's session to the peer at which it goes on: a form that the browser sends there itself, since no script
// may set another host's cookie. The answer is this same page, served by that peer.

import type { Road } from './roads.ts'

/** Without a code the person signs in there. */
export function continueAt({ url }: Road, code: string | undefined): void {
  const { pathname, search, hash } = window.location
  if (code === undefined) {
    window.location.assign(url + pathname + search + hash)
    return
  }
  sendOrigin()
  const form = document.createElement('form')
  form.method = 'post'
  form.action = `${url}/continue`
  form.append(field('code', code), field('path', pathname + search + hash))
  form.hidden = true
  document.body.append(form)
  form.submit()
}

/**
 * Our pages tell no other site where they are, and with that policy a browser writes `Origin: null` on a form to another
 * host (Fetch, “append a request Origin header”). The other peer has to see from which page it comes.
 */
function sendOrigin(): void {
  const policy = document.createElement('meta')
  policy.name = 'referrer'
  policy.content = 'strict-origin'
  document.head.append(policy)
}

function field(name: string, value: string): HTMLInputElement {
  const input = document.createElement('input')
  input.type = 'hidden'
  input.name = name
  input.value = value
  return input
}
