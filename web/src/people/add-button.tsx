// Adds a group or a role: on top of the page, and in its middle while there is none.

import { Plus } from 'lucide-react'
import { Button } from '../parts/button.tsx'

export function AddButton(props: { readonly text: string; readonly onAdd: () => void }) {
  return (
    <Button icon={Plus} kind="primary" onClick={props.onAdd}>
      {props.text}
    </Button>
  )
}
