// What a quota can limit. Apart from its schema, so that the page has the names without what checks them.

export const quotaNames = ['spaces', 'running', 'cpus', 'memoryBytes'] as const
export type QuotaName = (typeof quotaNames)[number]
