// Every setting, in one table. `publicUrl` is `--public-url` as a flag, `SKEIN_PUBLIC_URL` in the environment,
// `SKEIN_PUBLIC_URL_FILE` where its value stands in a file, and `public-url` in the YAML file. docs/settings.md
// describes them all, and the tidy test fails where it does not.

import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { logLevels } from '../log.ts'
import { engineList } from './engines.ts'
import {
  address,
  addressOrOff,
  dialAddress,
  engine,
  hostName,
  list,
  network,
  origin,
  seed,
  store,
  subnetRange,
  text,
  whole,
  yesOrNo,
} from './schemas.ts'

/** What a default may depend on. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isRoot: boolean
  /** The data folder beside the program, once `npm start` has made one. */
  readonly ownData?: string
}

interface Setting<S extends z.ZodType> {
  readonly schema: S
  /** As one would write it, or a function of where we run; absent: the setting may stay unset. */
  readonly fallback?: string | ((where: Surroundings) => string)
  readonly placeholder: string
  readonly description: string
  /** A list whose flag may be given more than once. */
  readonly repeats?: true
}

const setting = <S extends z.ZodType>(row: Setting<S>): Setting<S> => row

export const settings = {
  data: setting({
    schema: text,
    fallback: dataFolder,
    placeholder: 'FOLDER',
    description: 'Where this server keeps its state. One server a folder.',
  }),
  store: setting({
    schema: store,
    fallback: 'sqlite',
    placeholder: 'ADDRESS',
    description:
      'Where the state is: sqlite:FILE, mysql://user@host,host/database, redis://host, redis+sentinel://host/NAME.',
  }),
  storePassword: setting({
    schema: text.optional(),
    placeholder: 'PASSWORD',
    description: 'The password of --store; best as a file, SKEIN_STORE_PASSWORD_FILE.',
  }),
  listen: setting({
    schema: address,
    fallback: '127.0.0.1:7534',
    placeholder: 'HOST:PORT',
    description: 'The one address for pages, API and links.',
  }),
  sshListen: setting({
    schema: addressOrOff.optional(),
    placeholder: 'HOST:PORT',
    description: 'Where ssh is answered, or off. Unset: port 2222 of the host of --listen.',
  }),
  publicUrl: setting({
    schema: origin.optional(),
    placeholder: 'URL',
    description: 'How browsers reach this server, when that is not the listening address.',
  }),
  hostNames: setting({
    schema: list(hostName),
    fallback: '',
    placeholder: 'NAMES',
    description: 'More names by which browsers may call this server.',
  }),
  appsDomain: setting({
    schema: hostName.optional(),
    placeholder: 'DOMAIN',
    description:
      'Ports and apps are opened at PORT--SPACE--USER.DOMAIN; localhost by itself on one’s own machine.',
  }),
  directApps: setting({
    schema: yesOrNo,
    fallback: 'true',
    placeholder: 'true|false',
    description:
      'Dial apps of spaces on this machine at their container’s address; false: through the space’s agent always.',
  }),
  tls: setting({
    schema: z.enum(['off', 'self'], 'it is neither off nor self'),
    fallback: 'off',
    placeholder: 'HOW',
    description: 'self: speak HTTPS with a certificate that this server makes and renews itself.',
  }),
  tlsCert: setting({
    schema: text.optional(),
    placeholder: 'FILE',
    description:
      'Speak HTTPS with this certificate (PEM, with its chain); read again when it changes.',
  }),
  tlsKey: setting({
    schema: text.optional(),
    placeholder: 'FILE',
    description: 'The private key of --tls-cert.',
  }),
  insecureHttp: setting({
    schema: yesOrNo,
    fallback: 'false',
    placeholder: '',
    description:
      'Allow plain HTTP beyond this machine: passwords and terminals can then be read on the way.',
  }),
  trustedProxies: setting({
    schema: list(network),
    fallback: '',
    placeholder: 'NETWORKS',
    description: 'Proxies whose X-Forwarded-For, -Proto and -Host are believed.',
  }),
  docker: setting({
    schema: engine,
    fallback: ({ env }) => env.DOCKER_HOST || '/var/run/docker.sock',
    placeholder: 'ADDRESS',
    description: 'The Docker engine: a socket’s path, unix://, tcp:// or ssh://.',
  }),
  engines: setting({
    schema: engineList,
    fallback: '',
    placeholder: 'NAME=ADDRESS',
    repeats: true,
    description:
      'Several engines by name, in place of --docker: NAME=ADDRESS?zone=ZONE&label=KEY:VALUE; may be repeated.',
  }),
  spacesSubnets: setting({
    schema: subnetRange,
    fallback: '10.213.0.0/16',
    placeholder: 'NETWORK',
    description: 'The range out of which each space gets its /28.',
  }),
  spacesPerUser: setting({
    schema: whole(1, 10_000),
    fallback: '100',
    placeholder: 'COUNT',
    description: 'The most spaces that one user may have.',
  }),
  agentAddresses: setting({
    schema: list(dialAddress),
    fallback: '',
    placeholder: 'URLS',
    description:
      'More addresses at which agents find this server, tried beside those that it finds itself.',
  }),
  linkFolder: setting({
    schema: text.optional(),
    placeholder: 'FOLDER',
    description:
      'Where all peers on this machine put their sockets for agents. Unset: /run/skein/CLUSTER for root, else in --data.',
  }),
  join: setting({
    schema: text.optional(),
    placeholder: 'TOKEN',
    description: 'Join the cluster of the peer that printed this token (skein peers token).',
  }),
  seeds: setting({
    schema: list(seed),
    fallback: '',
    placeholder: 'ADDRESSES',
    description:
      'More places to look for peers: host:port, where a name may stand for several, or srv:NAME.',
  }),
  advertise: setting({
    schema: address.optional(),
    placeholder: 'HOST:PORT',
    description: 'How other peers reach this one, when that is not where it listens (NAT).',
  }),
  zone: setting({
    schema: text.max(64, 'it is longer than 64 characters').optional(),
    placeholder: 'NAME',
    description: 'Where this peer stands, shown to people: a site, a rack, a region.',
  }),
  versions: setting({
    schema: text.optional(),
    placeholder: 'FOLDER',
    description:
      'Where this machine has versions of Skein, a folder each, for skein peers upgrade.',
  }),
  auditDays: setting({
    schema: whole(1, 36_500),
    fallback: '400',
    placeholder: 'DAYS',
    description: 'How long the audit is kept: a year, and a month to look back at it.',
  }),
  timelineDays: setting({
    schema: whole(1, 36_500),
    fallback: '30',
    placeholder: 'DAYS',
    description: 'How long the steps of spaces’ timelines are kept.',
  }),
  usageDays: setting({
    schema: whole(1, 36_500),
    fallback: '30',
    placeholder: 'DAYS',
    description: 'How long samples of what spaces used are kept.',
  }),
  tombstoneSeconds: setting({
    schema: whole(1, 365 * 24 * 3600),
    fallback: '604800',
    placeholder: 'SECONDS',
    description:
      'How long a deletion is kept for peers that were away; longer ones compare everything.',
  }),
  logLevel: setting({
    schema: z.enum(logLevels, `it is not one of ${logLevels.join(', ')}`),
    fallback: 'info',
    placeholder: 'LEVEL',
    description: `How much is logged: ${logLevels.join(', ')}.`,
  }),
  name: setting({
    schema: text.max(64, 'it is longer than 64 characters'),
    fallback: () => hostname(),
    placeholder: 'NAME',
    description: 'What this peer is called on pages.',
  }),
  drainSeconds: setting({
    schema: whole(0, 3600),
    fallback: '10',
    placeholder: 'SECONDS',
    description: 'How long a stopping peer waits for requests in flight.',
  }),
  restartMaxSeconds: setting({
    schema: whole(1, 600),
    fallback: '10',
    placeholder: 'SECONDS',
    description: 'The longest pause before a peer that died is started again; the first is 0.1 s.',
  }),
} as const

export type SettingName = keyof typeof settings
export type Config = { readonly [N in SettingName]: z.output<(typeof settings)[N]['schema']> }

/** Where 22 is usually another's. */
const SSH_PORT = 2222

/** Where the gateway listens; undefined when ssh is off. */
export function sshAddress({ listen, sshListen }: Pick<Config, 'listen' | 'sshListen'>) {
  if (sshListen === 'off') return undefined
  return sshListen ?? { host: listen.host, port: SSH_PORT }
}

export const settingNames = Object.keys(settings) as SettingName[]

/** `publicUrl` → `public-url`, the word on the command line and in YAML. */
export function keyOf(name: SettingName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** `publicUrl` → `SKEIN_PUBLIC_URL`. */
export function variableOf(name: SettingName): string {
  return `SKEIN_${keyOf(name).replaceAll('-', '_').toUpperCase()}`
}

export function isSwitch(name: SettingName): boolean {
  return settings[name].placeholder === ''
}

export function mayRepeat(name: SettingName): boolean {
  const { repeats }: Setting<z.ZodType> = settings[name]
  return repeats === true
}

/** What the setting is when nobody gives it, as text; undefined where it may stay unset. */
export function fallbackOf(name: SettingName, where: Surroundings): string | undefined {
  const { fallback }: Setting<z.ZodType> = settings[name]
  return typeof fallback === 'function' ? fallback(where) : fallback
}

/** The checkout's own, else the system's folder for root, the user's state folder (XDG Base Directory) for others. */
function dataFolder({ env, isRoot, ownData }: Surroundings): string {
  if (ownData !== undefined) return ownData
  if (isRoot) return '/var/lib/skein'
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'skein')
}
