// Requests on what is open: reading, writing, a file's attributes, a folder's names.

import { lstat } from 'node:fs/promises'
import { encodeAttributes, longName, readAttributes } from './attributes.ts'
import {
  DATA_HEADER_BYTES,
  MAX_DATA_BYTES,
  PacketType,
  packet,
  SftpFailure,
  Status,
  sealDataPacket,
  statusPacket,
  text,
  u32,
} from './codec.ts'
import type { Request, SftpContext } from './context.ts'
import { nextName, type OpenFile, type OpenFolder } from './handles.ts'
import { join } from './paths.ts'
import { applyToFile } from './set-attributes.ts'

/** Names in one answer to readdir, and their bytes; OpenSSH's server sends a hundred. */
const MAX_NAMES = 100
const MAX_NAMES_BYTES = 128 * 1024

const ok = (id: number) => statusPacket(id, Status.ok, 'done')

export const close: Request = async (id, fields, { handles }) => {
  await handles.close(fields.string())
  return ok(id)
}

export const read: Request = (id, fields, { handles }) => {
  const { file, order } = handles.file(fields.string())
  const offset = fields.u64()
  const length = Math.min(fields.u32(), MAX_DATA_BYTES)
  return order.run({ kind: 'read' }, async () => {
    const answer = Buffer.allocUnsafe(DATA_HEADER_BYTES + length)
    const { bytesRead } = await file.read(answer, DATA_HEADER_BYTES, length, offset)
    if (bytesRead === 0 && length > 0) return statusPacket(id, Status.eof, 'the end of the file')
    return sealDataPacket(answer, id, bytesRead)
  })
}

export const write: Request = (id, fields, { handles }) => {
  const opened = handles.file(fields.string())
  const from = fields.u64()
  const bytes = fields.string()
  const to = from + bytes.length
  const access = opened.appends
    ? ({ kind: 'alone' } as const)
    : { kind: 'write' as const, from, to }
  return opened.order.run(access, async () => {
    await writeAll(opened, bytes, from)
    return ok(id)
  })
}

async function writeAll({ file }: OpenFile, bytes: Buffer, from: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, from + at)
    if (bytesWritten === 0) throw new SftpFailure(Status.failure, 'nothing could be written')
    at += bytesWritten
  }
}

export const fstat: Request = (id, fields, { handles }) => {
  const opened = handles.any(fields.string())
  return opened.order.run({ kind: 'alone' }, async () => {
    const stats = opened.type === 'file' ? await opened.file.stat() : await lstat(opened.path)
    return packet(PacketType.attrs, u32(id), encodeAttributes(stats))
  })
}

export const fsetstat: Request = (id, fields, { handles }) => {
  const { file, order } = handles.file(fields.string())
  const wanted = readAttributes(fields)
  return order.run({ kind: 'alone' }, async () => {
    await applyToFile(file, wanted)
    return ok(id)
  })
}

export const fsync: Request = (id, fields, { handles }) => {
  const { file, order } = handles.file(fields.string())
  return order.run({ kind: 'alone' }, async () => {
    await file.sync()
    return ok(id)
  })
}

export const readdir: Request = (id, fields, sftp) => {
  const folder = sftp.handles.folder(fields.string())
  return folder.order.run({ kind: 'alone' }, async () => {
    const entries: Buffer[] = []
    let bytes = 0
    while (entries.length < MAX_NAMES && bytes < MAX_NAMES_BYTES) {
      const batch = await nextNames(folder, MAX_NAMES - entries.length)
      const described = await Promise.all(batch.map((name) => describe(folder, name, sftp)))
      for (const entry of described) {
        if (entry) entries.push(entry)
        bytes += entry?.length ?? 0
      }
      if (batch.length === 0) break
    }
    if (entries.length === 0) return statusPacket(id, Status.eof, 'the end of the folder')
    return packet(PacketType.name, u32(id), u32(entries.length), ...entries)
  })
}

/** Few enough that their lines fit into an answer even if each name is as long as may be. */
async function nextNames(folder: OpenFolder, most: number): Promise<Buffer[]> {
  const names: Buffer[] = []
  while (names.length < most) {
    const name = await nextName(folder)
    if (!name) break
    names.push(name)
  }
  return names
}

/** Undefined for what was removed meanwhile. */
async function describe(
  folder: OpenFolder,
  name: Buffer,
  sftp: SftpContext,
): Promise<Buffer | undefined> {
  const stats = await lstat(join(folder.path, name)).catch(() => undefined)
  if (!stats) return undefined
  const line = longName(name, stats, sftp.userName, sftp.nowMs())
  return Buffer.concat([text(name), text(line), encodeAttributes(stats)])
}
