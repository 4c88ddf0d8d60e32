// A name for a new space that is easy to say and not taken. Birds, since a skein is a flock in flight. Pure.

const qualities = [
  'amber',
  'brave',
  'brisk',
  'calm',
  'clear',
  'dusky',
  'early',
  'gentle',
  'keen',
  'light',
  'lucky',
  'merry',
  'noble',
  'quick',
  'quiet',
  'ready',
  'silver',
  'steady',
  'swift',
  'warm',
] as const

const birds = [
  'avocet',
  'brant',
  'crane',
  'curlew',
  'dunlin',
  'eider',
  'finch',
  'gannet',
  'goose',
  'heron',
  'ibis',
  'lark',
  'linnet',
  'martin',
  'osprey',
  'plover',
  'ruff',
  'swallow',
  'teal',
  'wren',
] as const

const MAX_TRIES = 50

/** `random` gives numbers in [0, 1). */
export function suggestName(taken: ReadonlySet<string>, random: () => number): string {
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)]
  let name = ''
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    name = `${pick(qualities)}-${pick(birds)}`
    if (!taken.has(name)) return name
  }
  let number = 2
  while (taken.has(`${name}-${number}`)) number++
  return `${name}-${number}`
}
