// Labels of hosts, which templates ask for, and what a placement answers. Pure.

import { z } from 'zod'

/** More than this describes no machine any more. */
export const MAX_LABELS = 32
const WORD = /^[a-zA-Z0-9]([a-zA-Z0-9._/-]{0,61}[a-zA-Z0-9])?$/

/** What a host has, or a template asks for: `gpu: nvidia`; an empty value is the bare word, and asks for any value. */
export const labelsSchema = z
  .record(z.string().regex(WORD), z.union([z.string(), z.number(), z.boolean()]).transform(String))
  .refine((labels) => Object.keys(labels).length <= MAX_LABELS)
  .refine((labels) => Object.values(labels).every((value) => value === '' || WORD.test(value)))

export const isLabelWord = (text: string): boolean => WORD.test(text)

/** As people write it: `gpu: nvidia`, or the bare word. */
export const labelText = (key: string, value: string): string =>
  value === '' ? key : `${key}: ${value}`
