// What tokens may be for. Apart from the schemas, so that the pages have the names without zod.

/**
 * What a token may do of what its owner may. `all`: everything but what would make it permanent. `read`: see lists and
 * facts, no contents. `run`: that of spaces, and start and stop them. `enter`: go into spaces. `spaces`: both, and make,
 * change, share and delete them. `audit`: read the audit.
 */
export const tokenScopes = ['all', 'read', 'run', 'enter', 'spaces', 'audit'] as const
export type TokenScope = (typeof tokenScopes)[number]
