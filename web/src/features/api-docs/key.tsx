import { PasswordInput } from '@mantine/core'
import { createContext, type ReactNode, useContext, useState } from 'react'

type ReaderKey = { key: string; setKey(key: string): void; isSignedIn: boolean }

const Context = createContext<ReaderKey>({ key: '', setKey: () => {}, isSignedIn: false })

export const useReaderKey = (): ReaderKey => useContext(Context)

/** Keeps the reader's key for as long as the page is open, and nowhere else. */
export function ReaderKeyProvider({
  isSignedIn,
  children,
}: {
  isSignedIn: boolean
  children: ReactNode
}): ReactNode {
  const [key, setKey] = useState('')
  return <Context value={{ key, setKey, isSignedIn }}>{children}</Context>
}

export function KeyField(): ReactNode {
  const { key, setKey, isSignedIn } = useReaderKey()
  return (
    <PasswordInput
      size="xs"
      w={280}
      aria-label="Personal API key for Try it"
      placeholder={isSignedIn ? 'phx_… (or as who is signed in)' : 'phx_… for Try it'}
      autoComplete="off"
      value={key}
      onChange={(event) => setKey(event.currentTarget.value.trim())}
    />
  )
}
