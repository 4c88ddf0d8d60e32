// Puts text on the clipboard, and says so where the browser does not allow it.

import { words } from '../words.ts'
import { toast } from './toast.ts'

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    toast({ text: words.errors.clipboard, tone: 'bad' })
    return false
  }
}
