// How much one request about files may mean. Apart from the schemas, so that the pages have the numbers without zod.

/** What a folder shows at most; a folder with more says `truncated`. */
export const MAX_LISTED = 10_000
/** What one request removes at most. */
export const MAX_REMOVED = 100_000
/** Files of a folder that one archive is asked for by name. */
export const MAX_NAMED = 500
