// User names as someone types them into one field. Pure.

import { MAX_SHARED_PEOPLE } from '#protocol/api/sharing-names.ts'
import { isUserName } from '#protocol/names.ts'
import { words } from '../words.ts'

const text = words.access

/** Each once, in the order given, without the marks that people put before names. */
export const namesIn = (typed: string): readonly string[] => [
  ...new Set(
    typed
      .toLowerCase()
      .split(/[\s,;]+/)
      .map((name) => name.replace(/^@/, ''))
      .filter(Boolean),
  ),
]

/** The sentence to show, or undefined when the names may be sent. Whether they exist the server knows. */
export function namesProblem(names: readonly string[]): string | undefined {
  const wrong = names.find((name) => !isUserName(name))
  if (wrong !== undefined) return text.peopleWrong(wrong)
  if (names.length === 0) return text.peopleNeeded
  if (names.length > MAX_SHARED_PEOPLE) return text.peopleMany(MAX_SHARED_PEOPLE)
  return undefined
}
