// The images that a starter names, for those who choose among starters before any of them is a template. Pure; the
// real reading of a template is the server's.

const MAX_IMAGES = 20

export function imagesOf(source: string): readonly string[] {
  const found = source.matchAll(/^\s+image:\s*["']?([^\s"'#]+)/gm)
  return [...new Set([...found].map(([, image]) => image ?? ''))].slice(0, MAX_IMAGES)
}
