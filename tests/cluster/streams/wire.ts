// What a talk goes over: bytes both ways to a program in a space, by whichever entrance.

export interface Wire {
  send(text: string): void
  /** Resolves when it is over, with why it should not be: nothing where it ended as a program's that is done. */
  readonly over: Promise<string | undefined>
  close(): void
}

export interface Heard {
  /** Bytes of the program, in order. */
  readonly take: (bytes: Uint8Array) => void
  /** The screen was drawn in the place of what was missed. */
  readonly redrawn: () => void
}

export type OpenWire = (heard: Heard) => Promise<Wire>
