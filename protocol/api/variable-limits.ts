// How variables may be called, and how long they may be. Apart from the schemas, so that the pages have it without zod.

/** What templates may name: `var.NAME`, `secret.NAME`. */
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/
/** A certificate with its chain and key; programs get it in their environment, where 128 kB is the end on Linux. */
export const MAX_VARIABLE_CHARS = 16 * 1024
/** What is shorter is in every log by chance and cannot be taken out of it (mask.ts). */
export const MIN_SECRET_CHARS = 3
