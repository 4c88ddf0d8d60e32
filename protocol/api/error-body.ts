// An error as it stands in an answer: of a space that failed, of a step that did not work.

import { z } from 'zod'
import { type ErrorCode, errorTable } from '../errors.ts'

const codes = Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]

export const errorBodySchema = z
  .object({
    code: z.enum(codes).meta({ id: 'ErrorCode' }),
    message: z.string(),
    hint: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number()])),
  })
  .meta({ id: 'ErrorBody' })
