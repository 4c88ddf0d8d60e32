// What OpenSSH added to version 3, as far as we have it: told in the version packet, asked for by name.

import { statfs } from 'node:fs/promises'
import {
  type FieldReader,
  MAX_DATA_BYTES,
  MAX_PACKET_BYTES,
  PacketType,
  packet,
  SftpFailure,
  Status,
  text,
  u32,
  u64,
} from './codec.ts'
import type { Request } from './context.ts'
import { fsync } from './file-requests.ts'
import { MAX_HANDLES } from './handles.ts'
import { expandPath, hardlink, lsetstat, posixRename } from './path-requests.ts'

/** The longest name on Linux, bytes. */
const NAME_BYTES = 255

const statvfs: Request = (id, fields, { paths, pathOrder }) => {
  const path = paths.locate(fields.string())
  return pathOrder.run(async () => {
    const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path, { bigint: true })
    // Block size twice (whole and fragment); free files for everybody and for us; no file system id; no flags.
    const values = [bsize, bsize, blocks, bfree, bavail, files, ffree, ffree, 0n, 0n, NAME_BYTES]
    return packet(PacketType.extendedReply, u32(id), ...values.map(u64))
  })
}

const limits: Request = async (id) =>
  packet(
    PacketType.extendedReply,
    u32(id),
    ...[MAX_PACKET_BYTES, MAX_DATA_BYTES, MAX_DATA_BYTES, MAX_HANDLES].map(u64),
  )

const extensions: Record<string, { readonly version: string; readonly request: Request }> = {
  'posix-rename@openssh.com': { version: '1', request: posixRename },
  'hardlink@openssh.com': { version: '1', request: hardlink },
  'fsync@openssh.com': { version: '1', request: fsync },
  'statvfs@openssh.com': { version: '2', request: statvfs },
  'lsetstat@openssh.com': { version: '1', request: lsetstat },
  'limits@openssh.com': { version: '1', request: limits },
  'expand-path@openssh.com': { version: '1', request: expandPath },
}

/** The answer to init. */
export function versionPacket(): Buffer {
  const told = Object.entries(extensions).flatMap(([name, { version }]) => [name, version])
  return packet(PacketType.version, u32(3), ...told.map(text))
}

export const extended: Request = (id, fields: FieldReader, sftp) => {
  const name = fields.string().toString('latin1')
  const known = Object.hasOwn(extensions, name) ? extensions[name] : undefined
  if (!known) throw new SftpFailure(Status.unsupported, 'there is no such extension here')
  return known.request(id, fields, sftp)
}
