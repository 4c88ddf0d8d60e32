// Where the recorded sessions are, and the size of the screen that they were recorded on.

export const SESSIONS = new URL('./sessions/', import.meta.url)
export const COLS = 80
export const ROWS = 24
