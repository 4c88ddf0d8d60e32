// The images that a template names, as far as they are known before it is rendered. Pure; the real reading and
// rendering are the server's.

import type { ParameterValue } from '#protocol/api/spaces.ts'

const MAX_IMAGES = 20
const EXPRESSION = /\$\{\{\s*([^}]*?)\s*\}\}/g

/** For those who choose among starters, before any of them is a template. */
export function imagesOf(source: string): readonly string[] {
  const found = source.matchAll(/^\s+image:\s*["']?((?:\$\{\{[^}]*\}\}|[^\s"'#])+)/gm)
  const images = Array.from(found, ([, image = '']) => imageText(image, {}))
  return [...new Set(images)].slice(0, MAX_IMAGES)
}

/** `node:${{ param.version }}` with the values that were chosen so far; what is not chosen yet is left out. */
export function imageText(image: string, values: Readonly<Record<string, ParameterValue>>): string {
  return image.replace(EXPRESSION, (_, name: string) => {
    const value = name.startsWith('param.') ? values[name.slice('param.'.length)] : undefined
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '…'
  })
}
