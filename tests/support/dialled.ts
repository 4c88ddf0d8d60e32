// A browser's WebSocket as far as it is used, with the far end in the test's hands.

export class Dialled {
  binaryType = 'blob'
  readyState = 0
  isClosed = false
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  readonly sent: unknown[] = []
  readonly address: string

  constructor(address: string) {
    this.address = address
  }

  opens(): void {
    this.readyState = 1
    this.onopen?.()
  }

  says(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }

  ends(code = 1006): void {
    this.readyState = 3
    this.onclose?.({ code })
  }

  send(data: unknown): void {
    this.sent.push(data)
  }

  close(): void {
    this.isClosed = true
  }
}

/** Opens them, and keeps them in order. */
export class Dialling {
  readonly all: Dialled[] = []

  readonly open = (address: string): WebSocket => {
    const socket = new Dialled(address)
    this.all.push(socket)
    return socket as unknown as WebSocket
  }

  get last(): Dialled {
    const last = this.all.at(-1)
    if (!last) throw new Error('nothing was dialled')
    return last
  }
}
