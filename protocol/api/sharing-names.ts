// As what others are let into a space and to its ports. Apart from the schemas, so that the pages have the names without zod.

/** As what somebody is let into another's space, the least first. */
export const shareLevels = ['viewer', 'user', 'manager'] as const
export type ShareLevel = (typeof shareLevels)[number]

/** Who may open a port in a browser. `people` are those named, besides the owner. */
export const visibilities = ['owner', 'people', 'signed-in', 'public'] as const
export type Visibility = (typeof visibilities)[number]

/** Past it, share with everyone who is signed in. */
export const MAX_SHARED_PEOPLE = 50
