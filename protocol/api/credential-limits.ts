// How long keys and the names of credentials may be. Apart from the schemas, so that the pages have the numbers without zod.

/** Longer than any line that is taken: an RSA key of 8192 bits has 1,400 characters, a comment as many again. */
export const MAX_KEY_LINE_CHARS = 16_384
/** What a person calls a key or a token. */
export const MAX_CREDENTIAL_NAME_CHARS = 100
