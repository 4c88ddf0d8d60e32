// One's own account, and what this browser remembers for one.

import { useMe } from '../api/session.ts'
import { prefer, type Theme, usePreferences } from '../app/preferences.ts'
import { Choice } from '../parts/choice.tsx'
import { Page, Section } from '../parts/page.tsx'
import { VariableList } from '../variables/variable-list.tsx'
import { words } from '../words.ts'
import { FactorSection } from './factor-section.tsx'
import { KeyList } from './key-list.tsx'
import { OwnQuota } from './own-quota.tsx'
import { PasswordForm } from './password-form.tsx'
import { SessionList } from './session-list.tsx'
import { TerminalLook } from './terminal-look.tsx'
import { TokenList } from './token-list.tsx'

const text = words.account

const themes: readonly { readonly value: Theme; readonly label: string }[] = [
  { value: 'system', label: text.themes.system },
  { value: 'light', label: text.themes.light },
  { value: 'dark', label: text.themes.dark },
]

export function AccountPage() {
  const { user } = useMe()
  const { theme } = usePreferences()
  return (
    <Page
      lead={`${user.displayName || user.username}, ${words.account.role[user.role].toLowerCase()}`}
      narrow
      title={text.title}
    >
      <Section text={text.appearanceText} title={text.appearance}>
        <Choice
          label={text.theme}
          onValue={(value) => prefer({ theme: value })}
          options={themes}
          value={theme}
        />
      </Section>
      <Section text={text.terminalText} title={text.terminal}>
        <TerminalLook />
      </Section>
      <Section text={words.quota.ownText} title={words.person.quota}>
        <OwnQuota userId={user.id} />
      </Section>
      <Section text={words.sshKeys.text} title={words.sshKeys.title}>
        <KeyList />
      </Section>
      <Section text={words.tokens.text} title={words.tokens.title}>
        <TokenList />
      </Section>
      <Section text={words.variables.ownText} title={words.variables.own}>
        <VariableList may none={words.variables.noneOwn} scope="/me" />
      </Section>
      <Section text={text.passwordText} title={text.password}>
        <PasswordForm username={user.username} />
      </Section>
      <Section text={words.factor.text} title={words.factor.title}>
        <FactorSection />
      </Section>
      <Section text={text.sessionsText} title={text.sessions}>
        <SessionList />
      </Section>
    </Page>
  )
}
