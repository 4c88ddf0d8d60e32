// What tests see of more-engines.js, which is plain JavaScript so that it runs on the machine's own Node.

export const ENGINE_FOLDER: string
export function whyNoEngine(): string | undefined

export class MoreEngine {
  readonly folder: string
  readonly socket: string
  readonly address: string
  constructor(folder: string, owner: object | undefined)
  start(): Promise<void>
  load(...images: readonly string[]): Promise<void>
  docker(...words: readonly string[]): Promise<{ status: number; output: string }>
  kill(): Promise<void>
  remove(): Promise<void>
}
