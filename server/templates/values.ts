// Where `${{ var.* }}` and `${{ secret.* }}` come from: whoever keeps them answers those that a template names, for one
// space, at the moment it starts. Rendering itself stays pure and is given the answer.

import type { SpaceId, TemplateId, UserId } from '#protocol/ids.ts'

export interface ValueAsk {
  readonly spaceId: SpaceId
  /** Values of this person and of their groups come before the server's. */
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
}

export interface ValueProvider {
  /** Rejects with a coded error where what is stored cannot be read. */
  valuesFor(ask: ValueAsk): Promise<StoredValues>
}

/** Nothing is stored. */
export const noValues: ValueProvider = {
  valuesFor: () => Promise.resolve({ vars: {}, secrets: {} }),
}
