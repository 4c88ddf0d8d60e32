// The cluster as it is now: peers on a ring, hosts behind the peers that drive them, and the lines that there are. Lines are
// SVG, peers are buttons over it, so that text stays text and keys work.

import { Server, TriangleAlert } from 'lucide-react'
import { type KeyboardEvent, useRef, useState } from 'react'
import type { Host } from '#protocol/api/hosts.ts'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { cx } from '../parts/class.ts'
import { words } from '../words.ts'
import { conditionsOf } from './conditions.ts'
import { PeerSign } from './peer-state.tsx'
import { centreOf, dense, hostsBeside, narrow, type Point, ring, type Shape, wide } from './ring.ts'
import { MAX_WOVEN, type Tie, tiesOf } from './ties.ts'

const text = words.cluster

interface PictureProps {
  readonly peers: readonly PeerInfo[]
  readonly hosts: readonly Host[]
  readonly ours: string
  readonly selected: string | undefined
  readonly onOpen: (peer: PeerInfo) => void
}

export function PeerPicture(props: PictureProps) {
  const isAlone = props.peers.length === 1
  return (
    <section aria-label={text.picture.label}>
      <p className="sr-only">{text.picture.keys}</p>
      <Drawn
        {...props}
        className={cx('hidden md:block', isAlone ? 'h-44' : 'h-[420px]')}
        isWide
        shape={props.peers.length > MAX_WOVEN ? dense : wide}
      />
      <Drawn
        {...props}
        className={cx('md:hidden', phoneHeight(props.peers.length))}
        isWide={false}
        shape={narrow}
      />
      <Legend {...props} />
    </section>
  )
}

const phoneHeight = (count: number): string => {
  if (count === 1) return 'h-24'
  return count > MAX_WOVEN ? 'h-[400px]' : 'h-[300px]'
}

interface DrawnProps extends PictureProps {
  readonly shape: Shape
  readonly isWide: boolean
  readonly className: string
}

function Drawn({ peers, hosts, ours, selected, onOpen, shape, isWide, className }: DrawnProps) {
  const [pointed, setPointed] = useState<string>()
  const frame = useRef<HTMLDivElement>(null)
  const places = ring(peers.length, shape)
  const centre = centreOf(peers.length, shape)
  const at = new Map(peers.map(({ id }, i) => [id, places[i] ?? { x: 0.5, y: 0.5 }]))
  const drawn = isWide ? drivenHosts(peers, hosts) : []
  const beside = hostsBeside(
    peers.length,
    drawn.map(({ by }) => by),
    shape,
  )
  const ties = tiesOf(peers, pointed ?? selected ?? peers.find(({ isSelf }) => isSelf)?.id)
  const goRound = (event: KeyboardEvent) => {
    const step = steps[event.key]
    const buttons = [...(frame.current?.querySelectorAll('button') ?? [])]
    const index = buttons.indexOf(event.target as HTMLButtonElement)
    if (step === undefined || index < 0) return
    event.preventDefault()
    buttons.at((index + step) % buttons.length)?.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its buttons take the keys, it says which is next
    <div className={cx('relative', className)} onKeyDown={goRound} ref={frame}>
      <svg aria-hidden="true" className="absolute inset-0 size-full" preserveAspectRatio="none">
        {peers.length > 1 && (
          <ellipse
            className="stroke-line"
            cx={share(centre.x)}
            cy={share(centre.y)}
            fill="none"
            rx={share(shape.radius.x)}
            ry={share(shape.radius.y)}
          />
        )}
        {ties.map((tie) => (
          <TieLine at={at} key={`${tie.from} ${tie.to}`} pointed={pointed ?? selected} tie={tie} />
        ))}
        {drawn.map(({ host, by }, i) => (
          <line
            className="stroke-line-strong"
            key={host.id}
            strokeDasharray="1 4"
            strokeLinecap="round"
            strokeWidth={1.5}
            {...ends(places[by], beside[i])}
          />
        ))}
      </svg>
      {drawn.map(({ host }, i) => (
        <HostMark at={beside[i]} host={host} key={host.id} />
      ))}
      {peers.map((peer) => (
        <PeerNode
          at={at.get(peer.id)}
          isCompact={!isWide || peers.length > MAX_WOVEN}
          isSelected={peer.id === selected}
          key={peer.id}
          onOpen={() => onOpen(peer)}
          onPoint={(on) => setPointed(on ? peer.id : undefined)}
          ours={ours}
          peer={peer}
        />
      ))}
    </div>
  )
}

const steps: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
}

const share = (part: number): string => `${part * 100}%`

const ends = (a: Point | undefined, b: Point | undefined) => ({
  ...{ x1: share(a?.x ?? 0), y1: share(a?.y ?? 0) },
  ...{ x2: share(b?.x ?? 0), y2: share(b?.y ?? 0) },
})

interface TieLineProps {
  readonly tie: Tie
  readonly at: ReadonlyMap<string, Point>
  readonly pointed: string | undefined
}

function TieLine({ tie, at, pointed }: TieLineProps) {
  const isPointed = tie.from === pointed || tie.to === pointed
  const isCut = tie.kind === 'cut'
  return (
    <line
      className={isCut ? 'stroke-amber' : isPointed ? 'stroke-accent' : 'stroke-line-strong'}
      strokeDasharray={isCut ? '3 7' : undefined}
      strokeWidth={isPointed || isCut ? 1.75 : 1.25}
      {...ends(at.get(tie.from), at.get(tie.to))}
    />
  )
}

interface PeerNodeProps {
  readonly peer: PeerInfo
  readonly ours: string
  readonly at: Point | undefined
  readonly isCompact: boolean
  readonly isSelected: boolean
  readonly onOpen: () => void
  readonly onPoint: (on: boolean) => void
}

function PeerNode(props: PeerNodeProps) {
  const { peer, ours, at, isCompact, isSelected, onOpen, onPoint } = props
  const isGone = peer.state !== 'alive' && peer.state !== 'suspect'
  const isAway = peer.duty?.isAway === true
  const oddities = conditionsOf(peer, ours).filter(({ tone }) => tone !== 'plain')
  const [oddity] = oddities
  return (
    <button
      aria-pressed={isSelected}
      className={cx(
        'touch absolute flex -translate-x-1/2 -translate-y-1/2 flex-col rounded-md border bg-raised text-left transition-colors duration-100 hover:border-line-strong',
        isCompact ? 'max-w-32 px-2 py-1' : 'w-52 px-3 py-2',
        isSelected && 'border-accent! ring-1 ring-accent',
        (isGone || isAway) && !isSelected && 'border-dashed',
      )}
      onBlur={() => onPoint(false)}
      onClick={onOpen}
      onFocus={() => onPoint(true)}
      onPointerEnter={() => onPoint(true)}
      onPointerLeave={() => onPoint(false)}
      style={{ left: share(at?.x ?? 0.5), top: share(at?.y ?? 0.5) }}
      type="button"
    >
      <span className="flex min-w-0 items-center gap-1.5">
        <PeerSign state={peer.state} />
        <span className="sr-only">{text.story.open}</span>
        <span className={cx('truncate font-medium text-sm', isGone && 'text-ink-2')}>
          {peer.name}
        </span>
        {peer.isSelf && !isCompact && (
          <span className="ml-auto shrink-0 rounded bg-accent-soft px-1.5 text-accent text-xs">
            {text.thisOne}
          </span>
        )}
        <span className="sr-only">{text.states[peer.state]}</span>
        {oddity && <Mark tone={oddity.tone} />}
      </span>
      {!isCompact && (
        <span className="tabular truncate text-ink-3 text-xs">
          {oddity?.title ??
            (isAway
              ? text.duty.isAway
              : isGone
                ? text.states[peer.state]
                : text.facts(peer.usage?.agents, peer.load))}
        </span>
      )}
    </button>
  )
}

function Mark({ tone }: { readonly tone: 'red' | 'amber' | 'plain' }) {
  return (
    <TriangleAlert
      aria-hidden="true"
      className={cx('ml-auto shrink-0', tone === 'red' ? 'text-red' : 'text-amber')}
      size={14}
    />
  )
}

function HostMark({ host, at }: { readonly host: Host; readonly at: Point | undefined }) {
  const isReady = host.state === 'ready'
  return (
    <span
      className={cx(
        'absolute flex max-w-36 -translate-x-1/2 -translate-y-1/2 items-center gap-1.5 rounded-full bg-sunken px-2.5 py-0.5 text-xs',
        isReady ? 'text-ink-2' : 'text-red',
      )}
      style={{ left: share(at?.x ?? 0), top: share(at?.y ?? 0) }}
    >
      <Server aria-hidden="true" className="shrink-0" size={13} />
      <span aria-hidden="true" className="truncate">
        {host.name}
        {!isReady && ` · ${text.picture.unreachable}`}
      </span>
      <span className="sr-only">{text.picture.host(host.name, isReady)}</span>
    </span>
  )
}

interface Driven {
  readonly host: Host
  /** The place of the peer that drives it, or did last. */
  readonly by: number
}

function drivenHosts(peers: readonly PeerInfo[], hosts: readonly Host[]): Driven[] {
  return hosts.flatMap((host) => {
    const by = peers.findIndex(({ id }) => id === host.driver?.id)
    return by < 0 ? [] : [{ host, by }]
  })
}

function Legend({ peers }: Pick<PictureProps, 'peers'>) {
  if (peers.length < 2) return null
  const isCut = tiesOf(peers, undefined).some(({ kind }) => kind === 'cut')
  const item = 'flex items-center gap-2'
  return (
    <p className="flex flex-wrap justify-center gap-x-5 gap-y-1 pt-1 text-ink-3 text-xs">
      <span className={item}>
        <Stroke className="stroke-line-strong" />
        {text.picture.legend.line}
      </span>
      {isCut && (
        <span className={item}>
          <Stroke className="stroke-amber" dashes="3 7" />
          {text.picture.legend.cut}
        </span>
      )}
      <span className={cx(item, 'max-md:hidden')}>
        <Stroke className="stroke-line-strong" dashes="1 4" />
        {text.picture.legend.engine}
      </span>
    </p>
  )
}

function Stroke({ className, dashes }: { readonly className: string; readonly dashes?: string }) {
  return (
    <svg aria-hidden="true" className={className} height={2} width={26}>
      <line
        strokeDasharray={dashes}
        strokeLinecap="round"
        strokeWidth={2}
        x1={1}
        x2={25}
        y1={1}
        y2={1}
      />
    </svg>
  )
}
