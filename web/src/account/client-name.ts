// A User-Agent as a person would say it. Pure, and only for the eye: nothing depends on it.

export interface ClientName {
  readonly kind: 'phone' | 'computer' | 'program'
  readonly name: string
}

const browsers = [
  [/\bEdg\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
] as const

const systems = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
] as const

const MAX_NAME_CHARS = 60

export function clientName(client: string): ClientName {
  const browser = browsers.find(([pattern]) => pattern.test(client))?.[1]
  const system = systems.find(([pattern]) => pattern.test(client))?.[1]
  if (!browser) return { kind: 'program', name: client.slice(0, MAX_NAME_CHARS) || 'Unknown' }
  const isPhone = system === 'iPhone' || system === 'iPad' || system === 'Android'
  return {
    kind: isPhone ? 'phone' : 'computer',
    name: system ? `${browser} on ${system}` : browser,
  }
}
