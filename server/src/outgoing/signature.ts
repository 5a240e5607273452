import { createHmac } from 'node:crypto'

/**
 * What shows a receiver that a body is from us and new: `t=<seconds since 1970>,v1=<hex>`, where `v1` is the HMAC-SHA256
 * of `<t>.<body>` under the secret that was told when the address was given.
 */
function signatureOf(secret: string, body: string, now: Date): string {
  const t = Math.floor(now.getTime() / 1000)
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`
}

/** The headers of a signed message; `delivery` is the same each time that it is sent. */
export const signedHeaders = (secret: string, body: string, delivery: string): Record<string, string> => ({
  'x-hedgerow-signature': signatureOf(secret, body, new Date()),
  'x-hedgerow-delivery': delivery,
})
