// The browser application's files. They are listed once, at the start, and looked up by exact name: no path from a
// request ever reaches the file system. Compressed on first use and kept, some 2 MB in all.

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const MAX_FILES = 2000
/** A packet's worth: below it compression saves nothing. */
const COMPRESS_ABOVE_BYTES = 1400
/** Of 11; the highest takes a second for a script and saves 4 % more. */
const BROTLI_QUALITY = 9

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}
const packed = new Set(['.png', '.ico', '.woff2'])

type Encoding = 'br' | 'gzip' | 'identity'

interface WebFile {
  readonly path: string
  readonly type: string
  readonly compressible: boolean
  readonly immutable: boolean
  content?: Promise<Content>
  readonly encoded: Map<Encoding, Promise<Buffer>>
}

interface Content {
  readonly body: Buffer
  readonly etag: string
  /** Of the scripts that stand in it, as a policy names them: 'sha256-…'. */
  readonly scripts: readonly string[]
}

interface Served {
  readonly answer: Response
  readonly scripts: Content['scripts']
}

const brotliAsync = promisify(brotliCompress)
const gzipAsync = promisify(gzip)

export class WebFiles {
  readonly #files: ReadonlyMap<string, WebFile>

  private constructor(files: ReadonlyMap<string, WebFile>) {
    this.#files = files
  }

  /** A folder that is not there is an application without pages: the API works all the same. */
  static async open(folder: string): Promise<WebFiles> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
    const files = new Map<string, WebFile>()
    for (const entry of entries.filter((one) => one.isFile()).slice(0, MAX_FILES)) {
      const path = join(entry.parentPath, entry.name)
      const name = `/${relative(folder, path).split(sep).join('/')}`
      const extension = extname(name)
      files.set(name, {
        path,
        type: types[extension] ?? 'application/octet-stream',
        compressible: !packed.has(extension),
        // The build puts a hash of the content into every name there.
        immutable: name.startsWith('/assets/'),
        encoded: new Map(),
      })
    }
    return new WebFiles(files)
  }

  /** The file of that name; else the page, since its addresses are made in the browser. Undefined: 404. */
  async serve(pathname: string, headers: Headers): Promise<Served | undefined> {
    const own = this.#files.get(pathname)
    // A missing asset is of an older version: a page in its place would only fail to parse.
    const file =
      own ?? (pathname.startsWith('/assets/') ? undefined : this.#files.get('/index.html'))
    if (!file) return undefined
    file.content ??= load(file)
    const content = await file.content
    return { answer: await answerWith(file, content, headers), scripts: content.scripts }
  }
}

async function answerWith(file: WebFile, content: Content, asked: Headers): Promise<Response> {
  const { body, etag } = content
  const headers = new Headers({
    'content-type': file.type,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    etag,
  })
  if (matches(asked.get('if-none-match'), etag)) return new Response(null, { status: 304, headers })
  const encoding = encodingFor(file, body, asked.get('accept-encoding') ?? '')
  if (encoding !== 'identity') headers.set('content-encoding', encoding)
  const bytes = await encode(file, body, encoding)
  headers.set('content-length', String(bytes.length))
  return new Response(new Uint8Array(bytes), { headers })
}

async function load({ path, type }: WebFile): Promise<Content> {
  const body = await readFile(path)
  // Weak, because every encoding of the file carries the same one (RFC 9110, 8.8.1).
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  const scripts = type.startsWith('text/html') ? scriptsIn(body.toString()) : []
  return { body, etag: `W/"${hash}"`, scripts }
}

/** Those without an address, which a browser runs when the policy has their hash (CSP 3, 6.7.3.3). */
function scriptsIn(page: string): string[] {
  return Array.from(page.matchAll(/<script>(.*?)<\/script>/gs), ([, source = '']) => {
    return `'sha256-${createHash('sha256').update(source).digest('base64')}'`
  })
}

function encodingFor(file: WebFile, body: Buffer, accepted: string): Encoding {
  if (!file.compressible || body.length < COMPRESS_ABOVE_BYTES) return 'identity'
  const names = accepted.split(',').filter((one) => !/;\s*q=0(\.0*)?\s*$/.test(one))
  const accepts = (name: string) => names.some((one) => one.split(';')[0]?.trim() === name)
  if (accepts('br')) return 'br'
  return accepts('gzip') ? 'gzip' : 'identity'
}

function encode(file: WebFile, body: Buffer, encoding: Encoding): Promise<Buffer> {
  const kept = file.encoded.get(encoding)
  if (kept) return kept
  const fresh = compress(body, encoding)
  file.encoded.set(encoding, fresh)
  return fresh
}

function compress(body: Buffer, encoding: Encoding): Promise<Buffer> {
  if (encoding === 'identity') return Promise.resolve(body)
  if (encoding === 'gzip') return gzipAsync(body)
  return brotliAsync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } })
}

function matches(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false
  return ifNoneMatch.split(',').some((one) => one.trim() === etag || one.trim() === '*')
}
