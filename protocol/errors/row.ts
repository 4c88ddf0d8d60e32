// One row of the table of errors.

export interface ErrorRow {
  readonly status: number
  readonly sentence: string
  readonly hint: string
}

export const row = (status: number, sentence: string, hint: string): ErrorRow => ({
  status,
  sentence,
  hint,
})
