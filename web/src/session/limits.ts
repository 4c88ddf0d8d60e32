// The same limits as protocol/api/people.ts, which cannot be imported for its values without the whole of zod.
// limits.test.ts fails when they differ.

export const MIN_PASSWORD_CHARS = 10
