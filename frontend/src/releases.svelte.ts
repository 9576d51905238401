// Newer versions of HDP: looked for only where the person wants it; never fetched or installed.
import { get, post } from './api'
import { t } from './i18n/index.svelte'
import { ui } from './ui.svelte'

interface Release { version: string; url: string; looked: string; newer: boolean; running: string }
export interface Releases { on: boolean; release: Release | null; told?: boolean }

export const readReleases = (): Promise<Releases> => get('/release')
export const lookNow = (): Promise<Releases> => post('/release/look', { now: true })

/** The release's page in the person's own browser; a tab of ours where the server cannot. */
export async function openRelease(): Promise<void> {
  const answer = await ui.try(() => post<{ url: string; opened: boolean }>('/release/open'))
  if (answer && !answer.opened && /^https?:/.test(answer.url)) window.open(answer.url, '_blank', 'noopener')
}

/** At the start: looks where the person switched that on and a day has passed, else asks nobody. */
export async function lookAtStart(): Promise<void> {
  try {
    const { release, told } = await post<Releases>('/release/look')
    if (!told || !release) return
    const offer = release.url ? { label: t('Open its page'), run: () => void openRelease() } : undefined
    ui.say(t('HDP {version} is there.', { version: release.version }), 'idle', '', offer)
  } catch {
    // Not to know of a new version is no reason to stop anybody.
  }
}
