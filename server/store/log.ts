// What the durable parts say and to whom: the two calls of a pino logger that they make.

export interface Log {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}
