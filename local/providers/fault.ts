/** What a request to send meets at a provider that has a bad moment. */

/**
 * `accept-then-drop`: the message is taken and will arrive, and the connection breaks off before the answer.
 * `drop`: it breaks off and nothing was taken. From outside the two look the same.
 */
export type Fault = 429 | 500 | 'accept-then-drop' | 'drop'
