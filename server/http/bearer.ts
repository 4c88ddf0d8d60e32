// The token of a program, in the request's own header (RFC 6750, 2.1; the scheme's name in any case, RFC 9110, 11.1).

/** The token, when the header is a bearer's; other schemes are some proxy's and nothing to us. */
export function readBearer(authorization = ''): string | undefined {
  const [scheme = '', ...rest] = authorization.split(' ')
  return scheme.toLowerCase() === 'bearer' ? rest.join(' ').trim() : undefined
}
