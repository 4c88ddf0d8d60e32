// What a peer says of itself beside being there: passed on with every claim of its life, so it is small.

import { z } from 'zod'
import { MAX_METADATA_BYTES } from './swim/limits.ts'

export const peerMetadataSchema = z.object({
  name: z.string().max(64),
  version: z.string().max(32),
  zone: z.string().max(64).optional(),
  /** Where people open it, when that is known. */
  url: z.string().max(200).optional(),
  /** Hosts that it drives, and spaces that run on them. */
  hosts: z.int().min(0),
  spaces: z.int().min(0),
  /** One-minute load average of its machine. */
  load: z.number().min(0),
  /** Under which its database writes. */
  origin: z.string().max(16).optional(),
  /** Others may write to that database, too: those under the same origin are its members. */
  isShared: z.literal(true).optional(),
  /** Its data folder was put back to an earlier state: it takes no changes. */
  isRolledBack: z.literal(true).optional(),
  /** Its database does not answer it: it shows what it knows and takes no changes. */
  isStoreAway: z.literal(true).optional(),
})
export type PeerMetadata = z.infer<typeof peerMetadataSchema>

/** Throws a RangeError for what does not fit into a claim. */
export function formatMetadata(metadata: PeerMetadata): string {
  const text = JSON.stringify(metadata)
  if (Buffer.byteLength(text) > MAX_METADATA_BYTES) {
    throw new RangeError(
      `A peer’s name, zone and URL together are too long (${text.length} bytes).`,
    )
  }
  return text
}

/** Undefined for what another version, or nobody, wrote. */
export function parseMetadata(text: string): PeerMetadata | undefined {
  try {
    const parsed = peerMetadataSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
