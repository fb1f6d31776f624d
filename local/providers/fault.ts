/** How a provider may fail a request to send. */

/**
 * `accept-then-drop`: the message is accepted and will be delivered, but the connection breaks off before the
 * response. `drop`: the connection breaks off and nothing was accepted. A client cannot tell them apart.
 */
export type Fault = 429 | 500 | 'accept-then-drop' | 'drop'
