// Variables that a main container's process is not started with, since that process is the agent: a library to
// preload or an option for Node, meant for the space's programs, would change the agent or keep it from starting.
// They travel in the agent's configuration instead, and its children get them. Pure.

/** NODE_ENV and NODE_VERSION say something to programs, and nothing to Node itself. */
const WITHHELD =
  /^(LD_\w+|GLIBC_TUNABLES|MALLOC_\w+|NODE_(?!(?:ENV|VERSION)$)\w+|UV_\w+|OPENSSL_\w+|SSLKEYLOGFILE)$/

type Variables = Readonly<Record<string, string>>

/** What of the image's and the template's variables only the agent's children are given; the template's win. */
export function withheldOf(image: Variables, template: Variables): Record<string, string> {
  const all = Object.entries({ ...image, ...template })
  return Object.fromEntries(all.filter(([name]) => WITHHELD.test(name)))
}

/**
 * A container's `Env` without those. A name alone, without `=`, is what Docker takes for: unset this even when the
 * image sets it. An empty value would not do, since some of these count as set then.
 */
export function envWithout(withheld: Variables, env: Variables): string[] {
  const kept = Object.entries(env).filter(([name]) => !Object.hasOwn(withheld, name))
  return [...kept.map(([name, value]) => `${name}=${value}`), ...Object.keys(withheld)]
}
