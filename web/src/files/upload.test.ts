import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { Upload } from './upload.ts'

const own = Object.getOwnPropertyDescriptor(globalThis, 'XMLHttpRequest')
afterEach(() => {
  if (own) Object.defineProperty(globalThis, 'XMLHttpRequest', own)
  else Reflect.deleteProperty(globalThis, 'XMLHttpRequest')
})

/** A browser's requests; the answers to the first `lost` of them never come. */
function playRequests(lost: number): URLSearchParams[] {
  const asked: URLSearchParams[] = []
  globalThis.XMLHttpRequest = class {
    readonly upload = {}
    readonly responseText = ''
    status = 0
    onloadend = () => undefined
    open(_method: string, url: string) {
      asked.push(new URL(url, 'http://localhost').searchParams)
    }
    setRequestHeader() {}
    send() {
      this.status = asked.length > lost ? 200 : 0
      queueMicrotask(this.onloadend)
    }
  } as unknown as typeof XMLHttpRequest
  return asked
}

for (const [what, bytes] of [
  ['small', 10],
  ['empty', 0],
  ['large', 20_000_000],
] as const) {
  test(`a ${what} file whose answer is lost comes again as the same upload`, async () => {
    const asked = playRequests(1)
    const file = new File([new Uint8Array(bytes)], 'file')
    const hooks = { onSent: () => undefined, onRetry: () => undefined }
    await new Upload('s', '/home/dev/file', file, hooks).run(true, new AbortController().signal)
    const ids = new Set(asked.map((query) => query.get('upload')))
    assert.equal(ids.size, 1)
    assert.match([...ids][0] ?? '', /^[\w-]{8,64}$/)
    assert.equal(asked.at(-1)?.get('final'), '1')
    assert.deepEqual([...(asked[0] ?? [])], [...(asked[1] ?? [])])
  })
}
