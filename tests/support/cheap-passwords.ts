// What hashing a password costs where a test is about something else; in earnest it is some 50 ms each time, of which
// server/identity/passwords.test.ts has its own.

import type { PasswordCost } from '../../server/identity/passwords.ts'

export const CHEAP: PasswordCost = { memoryKib: 64, passes: 1, lanes: 1 }
