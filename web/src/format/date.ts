// Moments as dates in the reader's own way of writing them. The browser takes some milliseconds to make a format, so that each
// is made when it is first needed and not while the page is being opened.

export function dateFormat(options: Intl.DateTimeFormatOptions): (at: Date | number) => string {
  let made: Intl.DateTimeFormat | undefined
  return (at) => {
    made ??= new Intl.DateTimeFormat(undefined, options)
    return made.format(at)
  }
}
