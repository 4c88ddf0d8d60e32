// Who drives a terminal: whoever typed last, at first whoever opened it. The driver's window gives the size, and the
// program waits for the driver's screen; it waits for nobody else. When the driver's connection breaks, output is held
// back for a while before bytes that the driver may have missed are dropped, so that it resumes exactly.

/** How long a driver whose connection broke is waited for, ms: a peer's restart and the browser's way to another. */
export const RETURN_MS = 10_000
/** How long a driver that takes nothing is waited for, ms: a closed lid must not stop a build. */
export const STALL_MS = 5000

interface Absent {
  /** Before it everything was drawn there. */
  readonly position: number
  readonly untilMs: number
}

export class Driver {
  #client: string | undefined
  #absent: Absent | undefined

  get client(): string | undefined {
    return this.#client
  }

  /** Typed, or opened the terminal. */
  take(client: string): void {
    if (this.#client !== client) this.#absent = undefined
    this.#client = client
  }

  /** Attached: drives again if it did, or if nobody does and nobody is waited for. */
  attach(client: string, isAttached: boolean, nowMs: number): void {
    if (client === this.#client) this.#absent = undefined
    else if (!isAttached && !this.isAwaited(nowMs)) this.take(client)
  }

  /** The driver's connection broke, having acked `position`. */
  lose(position: number, nowMs: number): void {
    this.#absent = { position, untilMs: nowMs + RETURN_MS }
  }

  /** The driver left on purpose. */
  leave(): void {
    this.#client = undefined
    this.#absent = undefined
  }

  isAwaited(nowMs: number): boolean {
    return this.#absent !== undefined && nowMs < this.#absent.untilMs
  }

  /** From where on output must be kept for a driver that may return; undefined when nothing must. */
  heldFrom(nowMs: number): number | undefined {
    return this.isAwaited(nowMs) ? this.#absent?.position : undefined
  }
}
