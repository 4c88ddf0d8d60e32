// The words of the page on which a login of `skein` on somebody's machine is approved.

export const cliWords = {
  approve: {
    title: 'Sign a machine in',
    lead: 'skein on another machine asks to act as you, in everything that you may do.',
    code: 'The code in its terminal must be',
    name: 'Machine',
    address: 'Address',
    you: 'It will act as',
    warning:
      'Approve only what you have started yourself, just now, and when the codes are the same. Whoever sent you this address could otherwise enter your spaces.',
    approve: 'The codes are the same: sign it in',
    refuse: 'Refuse',
    loading: 'Asking what wants to be signed in',
    noId: {
      title: 'This address names no login',
      text: 'Open the whole address that skein login printed.',
    },
    approved: {
      title: 'Signed in',
      text: 'Go back to the terminal; you can close this page. Your account page lists and revokes it.',
    },
    refused: { title: 'Refused', text: 'The machine was not signed in. You can close this page.' },
  },
} as const
