// What the requests of one SFTP stream share.

import type { Buffer } from 'node:buffer'
import type { FieldReader } from './codec.ts'
import type { Handles } from './handles.ts'
import type { PathOrder } from './order.ts'
import type { Paths } from './paths.ts'

export interface SftpContext {
  readonly handles: Handles
  readonly paths: Paths
  readonly pathOrder: PathOrder
  /** For the lines that `ls -l` shows. */
  userName(uid: number): string
  nowMs(): number
}

/** Reads a request's fields at once, does it in its order, and resolves with the answer. */
export type Request = (id: number, fields: FieldReader, sftp: SftpContext) => Promise<Buffer>
