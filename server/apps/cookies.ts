// Cookies at the border between an app and us. Ours never reach the app; the app's reach neither the page of Skein nor
// other apps, whatever it writes into Domain. Pure.

/** Every name that is ours begins like this, on either side. */
const OURS = /^\s*(?:__host-skein|skein-(?:plain|app))/i

/** A request's Cookie header without ours; undefined when nothing is left. */
export function withoutOurs(header: string): string | undefined {
  if (!/skein/i.test(header)) return header
  const kept = header.split(';').filter((pair) => !OURS.test(pair))
  const text = kept.join(';').trim()
  return text === '' ? undefined : text
}

/**
 * An app's Set-Cookie line as the browser may have it, or undefined where it would set a name of ours. A Domain other
 * than the app's own host is dropped, which leaves a cookie of this host alone.
 */
export function confined(line: string, hostName: string): string | undefined {
  const [pair = '', ...attributes] = line.split(';')
  // A cookie without a name is sent as its bare value, which may look like one with a name (RFC 6265bis, 5.7).
  if (OURS.test(pair.replace(/^[\s=]+/, ''))) return undefined
  if (attributes.length === 0) return line
  const kept = attributes.filter((attribute) => !isForeignDomain(attribute, hostName))
  return kept.length === attributes.length ? line : [pair, ...kept].join(';')
}

function isForeignDomain(attribute: string, hostName: string): boolean {
  const at = attribute.indexOf('=')
  const name = (at < 0 ? attribute : attribute.slice(0, at)).trim().toLowerCase()
  if (name !== 'domain') return false
  const domain =
    at < 0
      ? ''
      : attribute
          .slice(at + 1)
          .trim()
          .toLowerCase()
          .replace(/^\./, '')
  return domain !== hostName
}
