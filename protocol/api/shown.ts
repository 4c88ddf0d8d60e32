// What a schema of an answer says, as a type: whoever reads an answer does not change it.

import type { z } from 'zod'

/** What comes out of a schema, read-only all the way down. */
export type Shown<S extends z.ZodType> = Fixed<z.output<S>>

/** Read-only all the way down. */
export type Fixed<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer One)[]
      ? readonly Fixed<One>[]
      : { readonly [K in keyof T]: Fixed<T[K]> }
