import type { PublicPage } from '../../http/web-app.ts'
import type { SharingLinkStore } from '../../saved/sharing-links.ts'

/** The pages that links lead to; `/shared_dashboard/` is how they began once. Only an embedded one stands in a frame. */
export const sharedPages = (links: Pick<SharingLinkStore, 'find'>): PublicPage[] => {
  const exists = async (token: string) => (await links.find(token)) !== undefined
  return [
    { path: '/shared/:token', mayBeFramed: false, exists },
    { path: '/shared_dashboard/:token', mayBeFramed: false, exists },
    { path: '/embedded/:token', mayBeFramed: true, exists },
  ]
}
