// What is wrong with a name or a password while it is typed. Pure; the server checks again.

import {
  isSpaceName,
  isUserName,
  MAX_SPACE_NAME_CHARS,
  MAX_USER_NAME_CHARS,
} from '#protocol/names.ts'
import { words } from '../words.ts'
import { MIN_PASSWORD_CHARS } from './limits.ts'

export function userNameProblem(name: string): string | undefined {
  if (name === '') return words.checks.required
  if (name.length > MAX_USER_NAME_CHARS) return words.checks.usernameLong
  return isUserName(name) ? undefined : words.checks.username
}

/** For spaces. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return words.checks.required
  if (name.length > MAX_SPACE_NAME_CHARS) return words.checks.spaceLong
  return isSpaceName(name) ? undefined : words.checks.username
}

export function passwordProblem(password: string): string | undefined {
  const left = MIN_PASSWORD_CHARS - password.length
  return left > 0 ? words.checks.passwordShort(left) : undefined
}
