// How a WebSocket of another peer's page is opened. Apart from the schemas, so that the pages have the names without zod.

/** Offered with a ticket as WebSocket subprotocols; the server agrees on the first. */
export const SOCKET_PROTOCOL = 'skein'
export const TICKET_PROTOCOL = 'skein-ticket.'
