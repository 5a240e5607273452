import { createTransport } from 'nodemailer'

/** An e-mail of plain text, and the same as HTML where it is to look better. */
export type Mail = {
  to: string
  subject: string
  text: string
  html?: string
  /** Where a mail program lets its reader end such mails, by a POST (RFC 8058). */
  unsubscribe?: string
  /** Names the message: who gets it twice sees it once. */
  id?: string
}

export type Mailer = {
  /** Resolves when the mail server has taken it. @throws when it did not. */
  send(mail: Mail): Promise<void>
}

/** How long the mail server may take to say something. */
const patienceMs = 20_000

/**
 * E-mails by SMTP.
 * @param options.url `smtp://user:password@host:587` (upgraded to TLS where the server offers it) or `smtps://…:465`
 * @param options.from what stands in `From`: `Hedgerow <hedgerow@example.com>`
 */
export function createMailer({ url, from }: { url: string; from: string }): Mailer {
  const { protocol, hostname, port, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  const transport = createTransport(
    {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (secure ? 465 : 587),
      secure,
      ...(username && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
      connectionTimeout: patienceMs,
      greetingTimeout: patienceMs,
      socketTimeout: patienceMs,
      // Texts come from people: nothing in them makes the server read files or addresses.
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  )
  const host = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost'
  return {
    async send({ to, subject, text, html, unsubscribe, id }) {
      await transport.sendMail({
        // As one address, whatever signs are in it.
        to: { name: '', address: to },
        subject: subject.replace(/\s+/g, ' '),
        text,
        html,
        ...(id && { messageId: `<${id}@${host}>` }),
        ...(unsubscribe && {
          headers: {
            'List-Unsubscribe': `<${unsubscribe}>`,
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          },
        }),
      })
    },
  }
}
