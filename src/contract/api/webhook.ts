/** Responses to providers. */
import * as z from 'zod'

export const emptyTwiml = z.literal('<?xml version="1.0" encoding="UTF-8"?><Response/>')
