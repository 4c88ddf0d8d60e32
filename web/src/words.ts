// Every word that the application says, in one catalogue, so that a thing is called the same everywhere and can be
// read through in one sitting. Sentence case, verbs on buttons, no exclamation marks.

import { accessWords } from './words/access.ts'
import { accountWords } from './words/account.ts'
import { auditWords } from './words/audit.ts'
import { cliWords } from './words/cli.ts'
import { clusterWords } from './words/cluster.ts'
import { commonWords } from './words/common.ts'
import { fileWords } from './words/files.ts'
import { peopleWords } from './words/people.ts'
import { spaceWords } from './words/spaces.ts'
import { templateEditorWords } from './words/template-editor.ts'
import { templateWords } from './words/templates.ts'
import { terminalWords } from './words/terminal.ts'
import { variableWords } from './words/variables.ts'

export const words = {
  ...commonWords,
  ...accountWords,
  ...accessWords,
  ...auditWords,
  ...cliWords,
  ...clusterWords,
  ...fileWords,
  ...peopleWords,
  ...spaceWords,
  ...templateEditorWords,
  ...templateWords,
  ...terminalWords,
  ...variableWords,
} as const
