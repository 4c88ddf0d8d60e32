// Where menus and tooltips are put: inside the page's main part, so that those who go from part to part meet them.

export const overlayRoot = (): HTMLElement | null => document.querySelector('main')
