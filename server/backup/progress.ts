// What a long command says while it works.

export type Phase = 'copying' | 'writing' | 'verifying' | 'reading'
export type OnProgress = (phase: Phase, doneBytes: number, totalBytes: number) => void
