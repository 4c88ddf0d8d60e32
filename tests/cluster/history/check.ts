// Judges a history: what five peers and their clients did, and what the peers have in the end. Pure.

import { Names } from './names.ts'
import type { FinalObject, FinalState, History, Rule, Violation } from './operation.ts'
import { checkPresence } from './presence.ts'
import { storiesOf } from './story.ts'
import { checkValues } from './values.ts'

/** Everything that must not be, each once. */
export function check({ operations, finals, skewMs }: History): Violation[] {
  const violations: Violation[] = []
  const note = (object: string, rule: Rule, says: string) => violations.push({ rule, object, says })
  const stories = storiesOf(operations)
  for (const [object, story] of stories) {
    const found = (rule: Rule, says: string) => note(object, rule, says)
    checkPresence(object, story, finals, found)
    checkValues(object, story, { finals, skewMs }, found)
  }
  new Names(stories, skewMs).check(stories, finals, note)
  for (const { peer, objects } of finals) {
    for (const object of objects.keys()) {
      if (!stories.has(object)) note(object, 'unwritten', `${peer} has what nobody made`)
    }
  }
  const [first, ...others] = finals
  if (first) for (const other of others) checkEqual(first, other, note)
  return violations
}

type Note = (object: string, rule: Rule, says: string) => void

function checkEqual(one: FinalState, other: FinalState, note: Note): void {
  const told = (object: string, a: string | undefined, b: string | undefined) => {
    if (a === b) return
    const says = `${one.peer} has ${a ?? 'nothing'}, ${other.peer} has ${b ?? 'nothing'}`
    note(object, 'diverged', says)
  }
  for (const object of new Set([...one.objects.keys(), ...other.objects.keys()])) {
    told(object, shown(one.objects.get(object)), shown(other.objects.get(object)))
  }
  const [rest, otherRest] = [one.rest ?? new Map(), other.rest ?? new Map()]
  for (const key of new Set<string>([...rest.keys(), ...otherRest.keys()])) {
    told(key, rest.get(key), otherRest.get(key))
  }
}

function shown(object: FinalObject | undefined): string | undefined {
  if (!object) return undefined
  const { values, versions, name } = object
  const groups = Object.keys(values)
    .sort()
    .map((group) => {
      const version = versions?.[group]
      const stamp = version
        ? ` @${version.epoch}/${version.hlc}/${version.origin}/${version.seq}`
        : ''
      return `${group}=${values[group]}${stamp}`
    })
  return [...(name === undefined ? [] : [`name=${name}`]), ...groups].join(' ')
}
