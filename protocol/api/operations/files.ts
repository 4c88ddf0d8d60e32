// The files of a space. Contents and archives pass as bytes.

import { z } from 'zod'
import {
  archiveQuerySchema,
  fileFactsSchema,
  fileQuerySchema,
  folderQuerySchema,
  folderSchema,
  makeFolderSchema,
  receivedSchema,
  removedSchema,
  renameFileSchema,
  unpackedSchema,
  writeFileQuerySchema,
} from '../files.ts'
import { BINARY, DONE, TAR, type Table } from '../operation.ts'

/** Of a file that is whole now, or of a piece that is not the last. */
const written = z.union([fileFactsSchema, receivedSchema])

export const fileOperations = {
  'GET /spaces/:id/files': { query: folderQuerySchema, answers: { 200: folderSchema } },
  'DELETE /spaces/:id/files': { query: fileQuerySchema, answers: { 200: removedSchema } },
  'GET /spaces/:id/files/stat': { query: fileQuerySchema, answers: { 200: fileFactsSchema } },
  'GET /spaces/:id/files/content': {
    query: fileQuerySchema,
    // A part, where the request has `Range`; nothing where `If-None-Match` says that it is known.
    answers: { 200: BINARY, 206: BINARY, 304: null },
  },
  'PUT /spaces/:id/files/content': {
    query: writeFileQuerySchema,
    takes: BINARY,
    answers: { 200: written },
  },
  'GET /spaces/:id/files/tar': { query: archiveQuerySchema, answers: { 200: TAR } },
  'PUT /spaces/:id/files/tar': {
    query: fileQuerySchema,
    takes: TAR,
    answers: { 200: unpackedSchema },
  },
  'POST /spaces/:id/files/folder': { body: makeFolderSchema, answers: DONE },
  'POST /spaces/:id/files/rename': { body: renameFileSchema, answers: DONE },
} as const satisfies Table
