// Only the agent answers what programs ask of their terminal. Were this screen to answer too, every viewer's answer
// would be typed into the shell.

import type { IDisposable, IParser } from '@xterm/xterm'

const swallow = () => true

/** OSC 10, 11, 12 and 4 set a colour unless they ask for it with a question mark. */
const swallowQuestion = (data: string) => data.split(';').includes('?')

export function keepQuiet(parser: IParser): readonly IDisposable[] {
  const csi = [
    { final: 'c' }, // DA1
    { prefix: '>', final: 'c' }, // DA2
    { prefix: '=', final: 'c' }, // DA3
    { final: 'n' }, // DSR
    { prefix: '?', final: 'n' }, // DSR, DEC
    { intermediates: '$', final: 'p' }, // DECRQM, ANSI modes
    { prefix: '?', intermediates: '$', final: 'p' }, // DECRQM, DEC modes
    { prefix: '>', final: 'q' }, // XTVERSION
    { final: 't' }, // Window reports; the size is the agent's to tell
  ]
  return [
    ...csi.map((id) => parser.registerCsiHandler(id, swallow)),
    parser.registerDcsHandler({ intermediates: '$', final: 'q' }, swallow), // DECRQSS
    parser.registerEscHandler({ final: 'Z' }, swallow), // DECID
    ...[4, 10, 11, 12].map((id) => parser.registerOscHandler(id, swallowQuestion)),
  ]
}
