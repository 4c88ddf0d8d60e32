// The content of a backup in frames, so that a file that is cut off is told from one that is damaged, and so that
// nothing is believed before it is authentic. With a key each frame is sealed by AES-256-GCM; its place and whether it is
// the last are in the nonce (the STREAM construction: Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015).

import { createCipheriv, createDecipheriv } from 'node:crypto'
import { SkeinError } from '#protocol/errors.ts'

/** Plain bytes of each frame but the last. */
export const FRAME_BYTES = 64 * 1024
const TAG_BYTES = 16
const HEAD_BYTES = 4
const NONCE_BYTES = 12
/** Bit 31 of a frame's head: nothing follows. */
const LAST = 2 ** 31

export interface Sealing {
  readonly secret: Buffer
  /** The header, so that nobody can put another before the content. */
  readonly header: Buffer
}

/** Where bytes come from, in order. */
export interface Source {
  /** So many bytes, or fewer at the end. */
  take(bytes: number): Promise<Buffer>
  readonly position: number
}

export async function* toFrames(
  content: AsyncIterable<Buffer>,
  sealing?: Sealing,
): AsyncGenerator<Buffer> {
  let index = 0
  let held: Buffer = Buffer.alloc(0)
  for await (const chunk of content) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    // A full frame is held back until there is more: only then it is known not to be the last.
    while (held.length > FRAME_BYTES) {
      yield* frame(held.subarray(0, FRAME_BYTES), index++, false, sealing)
      held = held.subarray(FRAME_BYTES)
    }
  }
  yield* frame(held, index, true, sealing)
}

function* frame(plain: Buffer, index: number, isLast: boolean, sealing?: Sealing) {
  const body = sealing ? encrypt(plain, nonceOf(index, isLast), sealing) : plain
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32BE(body.length + (isLast ? LAST : 0))
  yield head
  yield body
}

/** Throws `backup_cut` or `backup_damaged`. */
export async function* fromFrames(source: Source, sealing?: Sealing): AsyncGenerator<Buffer> {
  for (let index = 0; ; index++) {
    const head = (await takeAll(source, HEAD_BYTES)).readUInt32BE()
    const isLast = head >= LAST
    const length = head % LAST
    if (length > FRAME_BYTES + TAG_BYTES) throw damaged('a frame has no possible length')
    const body = await takeAll(source, length)
    yield sealing ? decrypt(body, nonceOf(index, isLast), sealing) : body
    if (!isLast) continue
    if ((await source.take(1)).length > 0) throw damaged('something follows its end')
    return
  }
}

async function takeAll(source: Source, bytes: number): Promise<Buffer> {
  const taken = await source.take(bytes)
  if (taken.length === bytes) return taken
  throw new SkeinError('backup_cut', { size: source.position })
}

function nonceOf(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES)
  nonce.writeUIntBE(index, NONCE_BYTES - 7, 6)
  nonce.writeUInt8(isLast ? 1 : 0, NONCE_BYTES - 1)
  return nonce
}

function encrypt(plain: Buffer, nonce: Buffer, { secret, header }: Sealing): Buffer {
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(header)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(body: Buffer, nonce: Buffer, { secret, header }: Sealing): Buffer {
  if (body.length < TAG_BYTES) throw damaged('a frame is too short')
  const end = body.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', secret, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(header).setAuthTag(body.subarray(end))
  try {
    return Buffer.concat([decipher.update(body.subarray(0, end)), decipher.final()])
  } catch (error) {
    throw damaged('a frame is not what was written', error)
  }
}

const damaged = (reason: string, cause?: unknown): SkeinError =>
  new SkeinError('backup_damaged', { reason }, cause)
