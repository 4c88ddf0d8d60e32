// Which registry an image is of, by Docker's own rule (github.com/distribution/reference, normalize.go): what stands
// before the first slash is a host if it has a dot or a colon, is `localhost`, or has a capital letter.

export const DOCKER_HUB = 'docker.io'
/** Names under which people know Docker Hub. */
const HUB_NAMES = new Set([
  'docker.io',
  'index.docker.io',
  'registry-1.docker.io',
  'hub.docker.com',
])

export function registryOf(image: string): string {
  const end = image.indexOf('/')
  const first = end < 0 ? '' : image.slice(0, end)
  const isHost = /[.:]/.test(first) || first === 'localhost' || /[A-Z]/.test(first)
  return isHost ? usualHost(first) : DOCKER_HUB
}

/** One name for one registry. */
export function usualHost(given: string): string {
  const host = given.trim().toLowerCase()
  return HUB_NAMES.has(host) ? DOCKER_HUB : host
}

/** A name or an address, and a port; nothing that a URL could be made of besides. */
export const isRegistryHost = (host: string): boolean =>
  host.length <= 255 &&
  /^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(:\d{1,5})?$/.test(
    host,
  ) &&
  (/[.:]/.test(host) || host === 'localhost')
