// An upload meets a file of its name: what shall become of the two. Closing it is skipping.

import { useState, useSyncExternalStore } from 'react'
import { Button } from '../parts/button.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { words } from '../words.ts'
import { shownName } from './paths.ts'
import { type Decision, type Question, transfers } from './transfers.ts'

export function ConflictDialog() {
  const question = useSyncExternalStore(transfers.question.subscribe, transfers.question.get)
  return question ? <Asked key={`${question.folder}/${question.name}`} question={question} /> : null
}

function Asked({ question }: { readonly question: Question }) {
  const [forAll, setForAll] = useState(false)
  const text = words.transfers.conflict
  const answer = (decision: Decision) => question.answer(decision, forAll)
  return (
    <Dialog
      description={text.text(shownName(question.folder))}
      onOpenChange={(open) => !open && answer('skip')}
      open
      title={text.title(shownName(question.name))}
    >
      {question.isOneOfMany && (
        <label className="flex items-center gap-2 text-sm">
          <input
            checked={forAll}
            className="accent-accent"
            onChange={(event) => setForAll(event.target.checked)}
            type="checkbox"
          />
          {text.all}
        </label>
      )}
      <DialogActions>
        <Button kind="quiet" onClick={() => answer('skip')}>
          {text.skip}
        </Button>
        <Button onClick={() => answer('both')}>{text.both}</Button>
        <Button kind="danger" onClick={() => answer('replace')}>
          {text.replace}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
