// As what an engine pulls from a registry, in the header that Docker takes it in (Engine API, “Authentication”).

export interface RegistryLogin {
  /** e.g. `ghcr.io`, `registry.example:5000`; Docker Hub is `docker.io`. */
  readonly host: string
  readonly username: string
  readonly secret: string
}

/** Docker Hub is the one registry that is known to engines by an address of before. */
const addressOf = (host: string): string =>
  host === 'docker.io' ? 'https://index.docker.io/v1/' : host

export function loginHeaders(login: RegistryLogin | undefined): Readonly<Record<string, string>> {
  if (!login) return {}
  const { username, secret: password, host } = login
  const said = JSON.stringify({ username, password, serveraddress: addressOf(host) })
  // URL-safe and padded: engines read it with Go's `base64.URLEncoding`.
  const plain = Buffer.from(said).toString('base64')
  return { 'X-Registry-Auth': plain.replaceAll('+', '-').replaceAll('/', '_') }
}
