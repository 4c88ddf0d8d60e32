// Files of a space as the HTTP API shows and takes them. In paths and names U+EF80 to U+EFFF stand for the bytes 80 to FF
// where a name is not UTF-8, so that every file has a name that JSON and addresses carry.

import { z } from 'zod'
import { MAX_NAMED } from './file-limits.ts'
import type { Shown } from './shown.ts'

/** What a `Date` takes (ECMA-262, 21.4.1.1). */
const MAX_DATE_MS = 8.64e15

export const filePathSchema = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes('\0') && path.isWellFormed(), 'not a path')

const name = z.string().max(1024)
const kind = z.enum(['file', 'folder', 'link', 'other'])

/** As the space's agent tells it. */
export const fileEntrySchema = z.object({
  name,
  kind,
  sizeBytes: z.number().min(0),
  /** Permission bits, e.g. 0o644. */
  mode: z.number().int().min(0).max(0o7777),
  modifiedMs: z.number().min(-MAX_DATE_MS).max(MAX_DATE_MS),
  /** Of a link: where it leads as it is written, and what that is; absent when it leads to nothing. */
  target: z.string().max(4096).optional(),
  leads: kind.optional(),
})
export type FileEntry = z.infer<typeof fileEntrySchema>
export type FileKind = FileEntry['kind']

export const fileFactsSchema = fileEntrySchema
  .extend({
    /** The ETag of its content, without quotes. */
    version: z.string().regex(/^[\w-]{1,64}$/),
    /** Whether the space's user may write it. */
    writable: z.boolean(),
  })
  .meta({ id: 'FileFacts' })
export type FileFacts = z.infer<typeof fileFactsSchema>

export const folderHeadSchema = z.object({
  /** Absolute, also where a relative path was asked for. */
  path: z.string().max(8192),
  writable: z.boolean(),
})
export const folderSchema = folderHeadSchema.extend({
  /** In no order. */
  entries: z.array(fileEntrySchema),
  /** There are more than `MAX_LISTED`. */
  truncated: z.boolean(),
})
export type Folder = Shown<typeof folderSchema>

/** Of a piece of an upload that is not the last. */
export const receivedSchema = z.object({ receivedBytes: z.number().int().min(0) })
export type Received = z.infer<typeof receivedSchema>

export const unpackedSchema = z.object({
  entries: z.number().int(),
  bytes: z.number(),
  /** What was left out: the first hundred, and how many in all. */
  skipped: z.array(z.object({ name, reason: z.string().max(200) })).max(1000),
  skippedCount: z.number().int(),
})
export type Unpacked = z.infer<typeof unpackedSchema>

export const removedSchema = z.object({ removed: z.number().int() })
export type Removed = z.infer<typeof removedSchema>

export const makeFolderSchema = z.strictObject({ path: filePathSchema })

export const renameFileSchema = z.strictObject({
  path: filePathSchema,
  to: filePathSchema,
  /** Whether a file that is at `to` may go. */
  replace: z.boolean().default(false),
})
export type RenameFile = z.input<typeof renameFileSchema>

/** Paths are in the query, since a path in a path is taken apart by every proxy on the way. */
const path = filePathSchema.describe('Absolute, or from the home folder.')
export const fileQuerySchema = z.object({ path })
/** The home folder, where none is named. */
export const folderQuerySchema = z.object({ path: path.default('.') })
export const archiveQuerySchema = folderQuerySchema.extend({
  name: z
    .array(z.string().min(1).max(1024))
    .max(MAX_NAMED)
    .default([])
    .describe('What of the folder, any number of times; else all of it.'),
})

const flag = z.enum(['0', '1']).transform((value) => value === '1')

export const writeFileQuerySchema = fileQuerySchema.extend({
  mode: z
    .string()
    .regex(/^[0-7]{3,4}$/, 'not an octal mode')
    .transform((text) => Number.parseInt(text, 8))
    .optional()
    .describe('Permission bits, octal: `644`.'),
  parents: flag.optional().describe('`1`: folders on the way are made.'),
  upload: z
    .string()
    .regex(/^[\w-]{8,64}$/)
    .optional()
    .describe('A name for an upload that comes in pieces.'),
  offset: z.coerce
    .number<number>()
    .int()
    .min(0)
    .optional()
    .describe('Where a piece begins, bytes.'),
  final: flag.optional().describe('`1`: it is the last piece.'),
})
