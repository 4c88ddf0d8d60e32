// Which command a key means: single keys and two-key sequences such as `g s`. Pure, so that it can be tested.

/** The second key of a sequence must follow within this time. */
export const SEQUENCE_WITHIN_MS = 1_200

export interface KeyPress {
  readonly key: string
  readonly ctrl: boolean
  readonly meta: boolean
  readonly alt: boolean
  /** The reader is typing into something. */
  readonly typing: boolean
  readonly atMs: number
}

export interface SequenceState {
  readonly first?: { readonly key: string; readonly atMs: number }
}

export interface Answer {
  readonly state: SequenceState
  /** A binding's name, when the press completed one. */
  readonly hit?: string
}

/** `bindings` are written as in the help: `mod+k`, `g s`, `?`. Only `mod` chords work while typing. */
export function press(
  bindings: readonly string[],
  state: SequenceState,
  { key, ctrl, meta, alt, typing, atMs }: KeyPress,
): Answer {
  const name = key.length === 1 ? key : key.toLowerCase()
  if (ctrl || meta) {
    const chord = `mod+${name.toLowerCase()}`
    return bindings.includes(chord) && !alt ? { state: {}, hit: chord } : { state: {} }
  }
  if (typing || alt) return { state: {} }
  const { first } = state
  if (first && atMs - first.atMs <= SEQUENCE_WITHIN_MS) {
    const sequence = `${first.key} ${name}`
    if (bindings.includes(sequence)) return { state: {}, hit: sequence }
  }
  if (bindings.includes(name)) return { state: {}, hit: name }
  if (bindings.some((binding) => binding.startsWith(`${name} `))) {
    return { state: { first: { key: name, atMs } } }
  }
  return { state: {} }
}
