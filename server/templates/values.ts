// Where `${{ var.* }}` and `${{ secret.* }}` come from: whoever keeps them answers those that a template names, for one
// space, at the moment it starts (values/variables.ts). Rendering itself stays pure and is given the answer.

import type { SpaceId, TemplateId, UserId } from '#protocol/ids.ts'

export interface ValueAsk {
  readonly spaceId: SpaceId
  /** The narrower scope counts: this person's own, then their groups', the template's, the server's. */
  readonly ownerId: UserId
  readonly templateId: TemplateId
  /** The names that the template uses, and no others: what is not asked for need not be decrypted. */
  readonly vars: readonly string[]
  readonly secrets: readonly string[]
}

/** By name. One that is not set is left out, and the space then says which. */
export interface StoredValues {
  readonly vars: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
  /** What of these secrets may be in a container that was started before, beside what they are now. */
  readonly hidden?: readonly string[]
}

export interface ValueProvider {
  /** Rejects with a coded error where what is stored cannot be read. */
  valuesFor(ask: ValueAsk): Promise<StoredValues>
}

/** Nothing is stored. */
export const noValues: ValueProvider = {
  valuesFor: () => Promise.resolve({ vars: {}, secrets: {} }),
}
