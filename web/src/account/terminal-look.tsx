// How the terminal looks in this browser, with a live sample, and what its programs may do here.

import { Minus, Plus } from 'lucide-react'
import { FONT_PX_MAX, FONT_PX_MIN, prefer, usePreferences } from '../app/preferences.ts'
import { useShownTheme } from '../app/theme.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { Switch } from '../parts/switch.tsx'
import { palettes } from '../terminal/palettes.ts'
import { words } from '../words.ts'

const text = words.account

export function TerminalLook() {
  const { terminalFontPx: px, terminalClipboard } = usePreferences()
  return (
    <div className="flex flex-col gap-4">
      <div className="flex items-center gap-3 text-sm">
        <span className="grow font-medium">{text.fontSize}</span>
        <IconButton
          disabled={px <= FONT_PX_MIN}
          icon={Minus}
          label={text.smaller}
          onClick={() => prefer({ terminalFontPx: px - 1 })}
        />
        <output className="tabular w-12 text-center">{px} px</output>
        <IconButton
          disabled={px >= FONT_PX_MAX}
          icon={Plus}
          label={text.larger}
          onClick={() => prefer({ terminalFontPx: px + 1 })}
        />
      </div>
      <Sample px={px} />
      <div className="flex items-start justify-between gap-4">
        <div>
          <p className="font-medium text-sm">{text.clipboard}</p>
          <p className="mt-0.5 text-ink-3 text-xs">{text.clipboardHelp}</p>
        </div>
        <Switch
          label={text.clipboard}
          on={terminalClipboard}
          onChange={(on) => prefer({ terminalClipboard: on })}
        />
      </div>
    </div>
  )
}

function Sample({ px }: { readonly px: number }) {
  const colours = palettes[useShownTheme()]
  return (
    <pre
      aria-label={text.sample}
      className="overflow-hidden rounded-md border px-4 py-3 font-mono"
      role="img"
      style={{
        background: colours.background,
        color: colours.foreground,
        fontSize: `${px}px`,
        lineHeight: 1.25,
      }}
    >
      <span style={{ color: colours.green }}>ada@quiet-heron</span>:
      <span style={{ color: colours.blue }}>~/skein</span>$ git status -sb{'\n'}
      <span style={{ color: colours.cyan }}>## main</span>
      {'\n'}
      <span style={{ color: colours.red }}> M</span> web/src/main.tsx{'\n'}
      <span style={{ color: colours.yellow }}>??</span> notes.md{'\n'}
    </pre>
  )
}
