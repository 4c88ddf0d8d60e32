// Where one goes after signing in: back to where one came from, and never to another site. Pure.

/** The sign-in page's address for someone who wanted to go to `from`. */
export function loginFrom(from: string): string {
  return returnTo(from) === '/spaces' ? '/login' : `/login?to=${encodeURIComponent(from)}`
}

/** An address of ours, or the spaces page. A second slash or a backslash would name another host. */
export function returnTo(asked: string | undefined): string {
  if (asked === undefined || asked === '/' || !asked.startsWith('/')) return '/spaces'
  if (asked.startsWith('//') || asked.includes('\\') || asked.startsWith('/login')) return '/spaces'
  return asked
}
