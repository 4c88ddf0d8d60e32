// What a setting's value may be. Flags, environment and files of secrets give text, YAML gives numbers, booleans and
// lists too; each schema takes both.

import { isIP } from 'node:net'
import { z } from 'zod'
import { parseStore, type StoreAddress } from '../store/address.ts'
import { engineAddressOf } from './engines.ts'

export const text = z.coerce.string().trim().min(1, 'it is empty')

export function whole(least: number, most: number) {
  const range = `it is not a whole number from ${least} to ${most}`
  return z
    .union([z.number(), z.string().regex(/^\d+$/, range).transform(Number)], range)
    .pipe(z.number().int(range).min(least, range).max(most, range))
}

export const yesOrNo = z.union(
  [
    z.boolean(),
    z.enum(['true', 'yes', '1']).transform(() => true),
    z.enum(['false', 'no', '0']).transform(() => false),
  ],
  'it is neither true nor false',
)

/** Several values: a YAML list, or text separated by commas. */
export function list<T extends z.ZodType<unknown, string>>(item: T) {
  const split = (value: string) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  return z
    .union([z.array(z.coerce.string()), z.string().transform(split)], 'it is not a list')
    .pipe(z.array(item).max(64, 'it has more than 64 entries'))
}

/** Where to listen or dial. */
export interface Address {
  readonly host: string
  readonly port: number
}

const ADDRESS = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/

/** `host:port`, `[v6]:port`; port 0 lets the system choose. */
export const address = z.coerce.string().transform((value, context): Address => {
  const [, v6, name, port] = ADDRESS.exec(value.trim()) ?? []
  const host = v6 ?? name
  if (host !== undefined && port !== undefined && Number(port) <= 65_535) {
    return { host, port: Number(port) }
  }
  context.addIssue({ code: 'custom', message: 'it is not host:port' })
  return z.NEVER
})

/** An address, or `off`. */
export const addressOrOff = z.union([z.literal('off'), address], 'it is neither host:port nor off')

/** An http(s) address without path, query or user. */
export const origin = z.coerce.string().transform((value, context): string => {
  const url = URL.parse(value.trim())
  const isBare = url !== null && url.pathname === '/' && !url.search && !url.hash && !url.username
  if (isBare && (url.protocol === 'https:' || url.protocol === 'http:')) return url.origin
  context.addIssue({
    code: 'custom',
    message: 'it is not an address like https://skein.example.com',
  })
  return z.NEVER
})

/** A DNS name, in lower case as browsers send it. */
export const hostName = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63}){0,20}$/, 'it is not a host name like skein.lan')

/** `address/bits`, checked for form; a bare address is a network of one. */
export const network = z.string().transform((value, context): string => {
  const [ip = '', bits] = value.split('/')
  const version = isIP(ip)
  const most = version === 6 ? 128 : 32
  const size = bits ?? String(most)
  if (version !== 0 && /^\d{1,3}$/.test(size) && Number(size) <= most) return `${ip}/${size}`
  context.addIssue({ code: 'custom', message: `“${value}” is not a network like 10.0.0.0/8` })
  return z.NEVER
})

/** An IPv4 range out of which /28 networks are taken. */
export const subnetRange = network.refine((value) => {
  const [ip = '', bits] = value.split('/')
  return isIP(ip) === 4 && Number(bits) >= 8 && Number(bits) <= 28
}, 'it is not an IPv4 range between /8 and /28')

/** A Docker engine: a socket’s path, unix://, tcp:// or ssh://. */
export const engine = z.coerce.string().transform((value, context): string => {
  const address = engineAddressOf(value)
  if (address !== undefined) return address
  context.addIssue({
    code: 'custom',
    message: 'it is neither a socket’s path nor unix://, tcp:// or ssh://',
  })
  return z.NEVER
})

/** How agents may dial this peer: http(s):// or unix:// with the socket's path inside the space. */
export const dialAddress = z.string().refine((value) => {
  const url = URL.parse(value)
  return url !== null && ['http:', 'https:', 'unix:'].includes(url.protocol)
}, 'it is not http://, https:// or unix://')

/** Where peers may be found: host:port, or the name of an SRV record behind `srv:`. */
export const seed = z
  .string()
  .regex(/^(srv:[\w.-]{1,253}|\S{1,255}:\d{1,5})$/, 'it is neither host:port nor srv:NAME')

/** Where the state is kept. What is wrong is said without the address, which may hold a password. */
export const store = z.coerce.string().transform((value, context): StoreAddress => {
  try {
    return parseStore(value.trim())
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
})
